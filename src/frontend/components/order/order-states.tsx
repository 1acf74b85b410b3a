'use client';
// An order's page when the order cannot be shown.
import { Alert } from '@/components/ui/alert';
import { TextButton } from '@/components/ui/text-button';
import { inWords } from '@/lib/api/errors';
import { orderPath } from '@/lib/checkout/pay';

/** Its number alone opens no order: the browser that placed it may see it, and whoever has the mail's link. */
export function OrderMissing({ number, contact }: { number: number; contact: string | null }) {
  return (
    <div className="max-w-prose text-lead text-muted">
      <p>
        This browser may not see that order, or there is none of that number. Orders are shown where they were
        placed, and to whoever opens the link in the confirmation mail.
      </p>
      <p className="mt-4">
        Please open that link, complete and without changing it, or sign in if you ordered with an account.
      </p>
      <p className="mt-8 flex flex-wrap gap-3">
        <a href={`/account/sign-in?next=${orderPath(number)}`} className="button">
          Sign in
        </a>
        <a href="/" className="button button-plain">
          Go to the home page
        </a>
        {contact ? (
          <a href={`mailto:${contact}`} className="button button-plain">
            Write to us
          </a>
        ) : null}
      </p>
    </div>
  );
}

export function OrderFailed({ error, retry }: { error: unknown; retry: () => void }) {
  return (
    <Alert tone="trouble" title="The order cannot be shown right now">
      <p>{inWords(error)} The order itself is safe.</p>
      <TextButton onClick={retry}>Try again</TextButton>
    </Alert>
  );
}

export function OrderSkeleton() {
  return (
    <div
      aria-busy="true"
      className="grid gap-x-16 gap-y-10 lg:grid-cols-[minmax(0,44rem)_minmax(22rem,30rem)] lg:justify-between"
    >
      <p role="status" className="sr-only">
        Loading the order
      </p>
      <div aria-hidden="true" className="grid content-start gap-4 scriptless:hidden">
        <div className="skeleton h-8 w-2/3" />
        <div className="skeleton h-5 w-full max-w-prose" />
        <div className="skeleton mt-6 h-24 w-1/2" />
      </div>
      <div aria-hidden="true" className="skeleton h-80 rounded-medium scriptless:hidden" />
    </div>
  );
}

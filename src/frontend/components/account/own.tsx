'use client';
// Something of an account that is read when its page is open: on its way, not to be had, or there.
import type { ReactNode } from 'react';
import { Alert } from '@/components/ui/alert';
import { TextButton } from '@/components/ui/text-button';
import { inWords } from '@/lib/api/errors';
import type { Loaded } from '@/lib/use-loaded';

interface Props<T> {
  of: Loaded<T>;
  /** As the beginning of a sentence: `Your orders`. */
  what: string;
  skeleton: ReactNode;
  children: (data: T) => ReactNode;
}

export function Own<T>({ of: { data, error, retry }, what, skeleton, children }: Props<T>) {
  if (data !== null) return children(data);
  if (error) {
    return (
      <Alert tone="trouble" title={`${what} cannot be shown right now`}>
        <p>{inWords(error)} Nothing of it is lost.</p>
        <TextButton onClick={retry}>Try again</TextButton>
      </Alert>
    );
  }
  return <Waiting>{skeleton}</Waiting>;
}

/** Whether all of it has been answered, so that a page can be shown at once and nothing on it moves. */
export const areAnswered = (...parts: Pick<Loaded<unknown>, 'data' | 'error'>[]): boolean =>
  parts.every(({ data, error }) => data !== null || Boolean(error));

export function Waiting({ children }: { children: ReactNode }) {
  return (
    <div aria-busy="true">
      <p role="status" className="sr-only">
        Loading
      </p>
      <div aria-hidden="true" className="scriptless:hidden">
        {children}
      </div>
    </div>
  );
}

/** A page of panels that is on its way. */
export function PanelsSkeleton() {
  return (
    <div className="grid gap-12">
      <LinesSkeleton />
      <LinesSkeleton count={2} />
      <LinesSkeleton />
    </div>
  );
}

/** Lines of text that are on their way. */
export function LinesSkeleton({ count = 3 }: { count?: number }) {
  return (
    <div className="grid max-w-md gap-2.5">
      {Array.from({ length: count }, (_, line) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all the same and stay in place.
        <div key={line} className="skeleton h-5 odd:w-2/3" />
      ))}
    </div>
  );
}

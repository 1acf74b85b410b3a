'use client';
// The cart when there is nothing to show: not yet, not now, or not at all.
import { Notice } from '@/components/ui/notice';
import { inWords } from '@/lib/api/errors';
import { retry } from '@/lib/cart/store';

export function CartEmpty({ heading }: { heading: 'h1' | 'h2' }) {
  return (
    <Notice heading={heading} code="nothing staged" title="Your cart is empty">
      <p>What you put into it stays here, also when you come back tomorrow.</p>
      <p className="mt-8">
        <a href="/products" className="button">
          Browse everything
        </a>
      </p>
    </Notice>
  );
}

export function CartFailed({ trouble }: { trouble: string }) {
  return (
    <Notice heading="h2" title="The cart cannot be shown right now">
      <p>{trouble || inWords(null)} Nothing in it is lost.</p>
      <p className="mt-8">
        <button type="button" onClick={() => void retry()} className="button">
          Try again
        </button>
      </p>
    </Notice>
  );
}

export function CartSkeleton() {
  return (
    <div aria-busy="true">
      <p role="status" className="sr-only">
        Loading your cart
      </p>
      <div aria-hidden="true" className="grid gap-5 scriptless:hidden">
        {[1, 2].map((line) => (
          <div key={line} className="flex gap-4">
            <div className="skeleton aspect-4/5 w-20 sm:w-24" />
            <div className="flex-1">
              <div className="skeleton h-4 w-2/3" />
              <div className="skeleton mt-2 h-4 w-1/3" />
              <div className="skeleton mt-6 h-11 w-32 rounded-full" />
            </div>
          </div>
        ))}
      </div>
    </div>
  );
}

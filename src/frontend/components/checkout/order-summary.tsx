'use client';
// What is being bought and what it comes to; on a phone it folds away above the form.
import { LineList } from '@/components/order/line-list';
import { Totals } from '@/components/order/totals';
import { ChevronIcon } from '@/components/ui/icons';
import { itemCount } from '@/lib/cart/words';
import type { Summary } from '@/lib/checkout/summary';
import { formatMoney } from '@/lib/money';

interface Props {
  summary: Summary;
  count: number;
  /** Newer figures are on their way. */
  isStale: boolean;
  /** Whether the cart can still be changed. */
  isOpen: boolean;
}

export function OrderSummary({ summary: { lines, sums }, count, isStale, isOpen }: Props) {
  return (
    <aside aria-label="Order summary" className="rounded-medium bg-surface lg:sticky lg:top-8">
      <details className="always-open group">
        <summary className="fold">
          <span className="flex items-center gap-2">
            <ChevronIcon className="size-3.5 transition-transform group-open:rotate-180" />
            <span className="font-[560]">Summary</span>
            <span className="text-muted">{itemCount(count)}</span>
          </span>
          <span className="font-[560] tabular-nums">{formatMoney(sums.total ?? sums.subtotal)}</span>
        </summary>
        <div className={`px-5 pb-5 lg:p-6 ${isStale ? 'text-muted' : ''}`} aria-busy={isStale}>
          <div className="mb-5 hidden items-baseline justify-between lg:flex">
            <h2 className="text-h3">Your order</h2>
            {isOpen ? (
              <a href="/cart" className="quiet-link inline-flex min-h-8 items-center text-small">
                Change the cart
              </a>
            ) : null}
          </div>
          <LineList lines={lines} />
          <div className="mt-5 border-t border-line pt-4">
            <Totals sums={sums} />
          </div>
          {isOpen ? (
            <a href="/cart" className="quiet-link mt-3 inline-flex min-h-8 items-center text-small lg:hidden">
              Change the cart
            </a>
          ) : null}
        </div>
      </details>
    </aside>
  );
}

'use client';
// Orders in a list: what they held, how they stand, and the same again.
import { OrderAgain } from '@/components/account/orders/order-again';
import { Picture } from '@/components/ui/picture';
import type { OrderSummary } from '@/lib/api/account';
import { itemCount } from '@/lib/cart/words';
import { orderPath } from '@/lib/checkout/pay';
import { formatMoney } from '@/lib/money';
import { type Mood, stateOf } from '@/lib/orders/state';
import { formatDay } from '@/lib/time';

const SHOWN = 3;

interface ListProps {
  orders: OrderSummary[];
  /** The level of each order's heading. */
  heading: 'h2' | 'h3';
}

export function OrderList({ orders, heading }: ListProps) {
  return (
    <ul className="divide-y divide-line border-y border-line">
      {orders.map((order) => (
        <li key={order.number} className="py-5">
          <OrderRow order={order} heading={heading} />
        </li>
      ))}
    </ul>
  );
}

interface RowProps {
  order: OrderSummary;
  heading: ListProps['heading'];
}

function OrderRow({ order, heading: Heading }: RowProps) {
  const { number, placed_at, total, item_count, titles } = order;
  return (
    <article
      aria-labelledby={`order-${number}`}
      className="grid gap-x-6 gap-y-3 sm:grid-cols-[auto_minmax(0,1fr)_auto]"
    >
      <Pictures order={order} />
      <div className="min-w-0 text-small">
        <div className="flex flex-wrap items-center gap-x-3">
          <Heading id={`order-${number}`} className="text-body">
            <a
              href={orderPath(number)}
              className="inline-flex min-h-6 items-center underline-offset-4 hover:underline"
            >
              Order {number}
            </a>
          </Heading>
          <State order={order} />
        </div>
        <p className="mt-0.5 line-clamp-1">{titles.join(', ')}</p>
        <p className="text-muted">
          <time dateTime={placed_at}>{formatDay(placed_at)}</time> · {itemCount(item_count)}
        </p>
      </div>
      <div className="flex items-center justify-between gap-4 sm:flex-col sm:items-end sm:justify-between">
        <p className="font-[560] tabular-nums">{formatMoney(total)}</p>
        <OrderAgain number={number} />
      </div>
    </article>
  );
}

function Pictures({ order: { pictures } }: { order: OrderSummary }) {
  return (
    <div className="flex gap-1.5 sm:w-48">
      {pictures.slice(0, SHOWN).map((picture) => (
        <div
          key={picture.id}
          className="aspect-4/5 w-14 flex-none overflow-hidden rounded-small bg-surface sm:w-15"
        >
          <Picture picture={picture} sizes="60px" alt="" className="h-full object-cover" />
        </div>
      ))}
      {pictures.length === 0 ? <div className="aspect-4/5 w-14 rounded-small bg-surface sm:w-15" /> : null}
    </div>
  );
}

const LOOK: Record<Mood, string> = {
  good: 'border-accent bg-accent',
  open: 'border-accent',
  over: 'border-edge',
};

function State({ order }: { order: OrderSummary }) {
  const { text, mood } = stateOf(order);
  return (
    <span className="inline-flex items-center gap-2 text-muted">
      <span aria-hidden="true" className={`size-2.5 rounded-full border-2 ${LOOK[mood]}`} />
      {text}
    </span>
  );
}

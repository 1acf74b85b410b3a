'use client';
// How an order stands, first of all; read out when it changes while somebody waits for it.
import { CheckIcon } from '@/components/ui/icons';
import type { Order } from '@/lib/api/orders';
import { formatMoney } from '@/lib/money';
import { standing } from '@/lib/orders/words';

interface Props {
  order: Order;
  isPaying: boolean;
  isThanked: boolean;
  hasFailed: boolean;
}

function Sign({ order, isPaying }: Pick<Props, 'order' | 'isPaying'>) {
  if (isPaying) return <span aria-hidden="true" className="spinner mt-1 size-6! flex-none text-accent" />;
  const isGood = order.status === 'confirmed' || order.status === 'completed';
  return (
    <span
      aria-hidden="true"
      className={`mt-1 grid size-6 flex-none place-items-center rounded-full border-[2.5px] ${isGood ? 'border-accent bg-accent text-on-accent' : 'border-edge'}`}
    >
      {isGood ? <CheckIcon className="size-3.5" /> : null}
    </span>
  );
}

export function OrderStatus({ order, isPaying, isThanked, hasFailed }: Props) {
  const { title, text } = standing(order, isPaying, isThanked, hasFailed);
  return (
    // Room for the longest of what it says, so that nothing below moves when the payment is confirmed.
    <div className="flex min-h-36 gap-4 sm:min-h-28">
      <Sign order={order} isPaying={isPaying} />
      <div>
        <div role="status">
          <h2 className="text-h2">{title}</h2>
          <p className="mt-2 max-w-prose text-muted">{text}</p>
        </div>
        {order.can_pay && !isPaying ? (
          <a href="/checkout?step=payment" className="button no-print mt-5">
            Pay {formatMoney(order.total)} now
          </a>
        ) : null}
      </div>
    </div>
  );
}

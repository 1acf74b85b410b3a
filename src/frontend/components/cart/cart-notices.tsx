'use client';
// What a shopper should know before going on: not saved, changed since the last visit, an order that waits for payment.
import { useCart } from '@/components/cart/use-cart';
import { Alert } from '@/components/ui/alert';
import { TextButton } from '@/components/ui/text-button';
import type { PendingOrder } from '@/lib/api/cart';
import { acknowledge, dismissCancelledOrder, retry } from '@/lib/cart/store';
import { formatMoney } from '@/lib/money';
import { formatTime } from '@/lib/time';

export function CartNotices() {
  const { cart, trouble, wishes, cancelledOrder } = useCart();
  const hasChanged = cart?.items.some(({ changed }) => changed !== null) ?? false;
  return (
    <div className="grid gap-3 not-empty:mb-6">
      {trouble ? (
        <Alert tone="trouble" title={wishes.size > 0 ? 'Your change is not saved yet' : undefined}>
          <p>{trouble}</p>
          <TextButton onClick={() => void retry()}>Try again</TextButton>
        </Alert>
      ) : null}
      {hasChanged ? (
        <Alert title="Something has changed since you last looked">
          <p>It is marked below. The total is as of now.</p>
          <TextButton onClick={() => void acknowledge()}>All right</TextButton>
        </Alert>
      ) : null}
      {cancelledOrder !== null ? <CancelledNote number={cancelledOrder} /> : null}
      {cart?.pending_order ? <PendingNote order={cart.pending_order} /> : null}
    </div>
  );
}

function CancelledNote({ number }: { number: number }) {
  return (
    <Alert title={`Order ${number} was cancelled`}>
      <p>
        You changed its cart before it was paid. Nothing has been charged: check out again when you are ready.
      </p>
      <TextButton onClick={dismissCancelledOrder}>All right</TextButton>
    </Alert>
  );
}

function PendingNote({ order }: { order: PendingOrder }) {
  return (
    <Alert title={`Order ${order.number} waits for your payment`}>
      <p>
        {formatMoney(order.total)}, held for you until {formatTime(order.expires_at)}. If you change the cart,
        that order is cancelled; nothing has been charged.
      </p>
      <a href="/checkout?step=payment" className="quiet-link inline-flex min-h-8 items-center">
        Go on to pay it
      </a>
    </Alert>
  );
}

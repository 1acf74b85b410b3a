'use client';
// Cancels an order, after saying what that means.
import { useState } from 'react';
import { BusyButton } from '@/components/ui/busy-button';
import { Modal } from '@/components/ui/modal';
import { TextButton } from '@/components/ui/text-button';
import { hasCode, inWords } from '@/lib/api/errors';
import { cancelOrder, type Order } from '@/lib/api/orders';
import { formatMoney } from '@/lib/money';
import { useOnce } from '@/lib/use-once';

interface Props {
  order: Order;
  onCancelled: (order: Order) => void;
}

function refusal(error: unknown): string {
  if (hasCode(error, 'order_shipped')) return 'It has left already. You can send it back when it arrives.';
  if (hasCode(error, 'payment_processing'))
    return 'The bank is at work on the payment. Please try again in a moment.';
  return inWords(error);
}

export function CancelOrder({ order, onCancelled }: Props) {
  const [isOpen, setIsOpen] = useState(false);
  const [trouble, setTrouble] = useState('');
  const { isBusy, once } = useOnce((error) => setTrouble(refusal(error)));
  const isPaid = order.payment_status === 'paid' || order.payment_status === 'partially_refunded';

  const cancel = () =>
    once(async () => {
      setTrouble('');
      onCancelled(await cancelOrder(order.number));
      setIsOpen(false);
      return false;
    });

  return (
    <>
      <TextButton onClick={() => setIsOpen(true)}>Cancel this order</TextButton>
      <Modal isOpen={isOpen} onClose={() => setIsOpen(false)} labelledBy="cancel-title" className="dialog">
        <h2 id="cancel-title" className="text-h3">
          Cancel order {order.number}?
        </h2>
        <p className="mt-3 text-small text-muted">
          {isPaid
            ? `${formatMoney(order.total)} goes back to where it came from. Banks take a few days to show it. This cannot be undone.`
            : 'Nothing was charged. What was held for you goes back on the shelf.'}
        </p>
        {trouble ? (
          <p role="alert" className="mt-3 text-small text-alarm">
            {trouble}
          </p>
        ) : null}
        <div className="mt-6 flex flex-wrap gap-3">
          <BusyButton isBusy={isBusy} busyLabel="Cancelling …" onClick={() => void cancel()}>
            Cancel the order
          </BusyButton>
          <button type="button" onClick={() => setIsOpen(false)} className="button button-plain">
            Keep it
          </button>
        </div>
      </Modal>
    </>
  );
}

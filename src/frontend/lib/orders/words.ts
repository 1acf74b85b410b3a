// An order's state and history in friendly words.
import type { Order, OrderEvent } from '@/lib/api/orders';
import { formatMoney } from '@/lib/money';
import { formatTime } from '@/lib/time';

export interface Told {
  title: string;
  text: string;
}

const CANCELLED: Record<string, string> = {
  customer: 'You cancelled it',
  cart_changed: 'Cancelled, because its cart was changed',
  expired: 'Cancelled, because it was not paid in time',
  staff: 'Cancelled by the store',
};

const EVENTS: Record<string, string> = {
  placed: 'Order placed',
  payment_failed: 'A payment was declined',
  payment_processing: 'The bank is at work on the payment',
  paid: 'Paid',
  refund_requested: 'Refund on its way',
  refunded: 'Money returned',
  refund_failed: 'The refund did not go through: we look into it',
  disputed: 'The payment was disputed at the bank',
  confirmation_sent: 'Confirmation sent by mail',
  cancellation_sent: 'Cancellation confirmed by mail',
  completed: 'Everything is on its way',
  partially_cancelled: 'A part was cancelled by the store',
  adjustment_sent: 'Change confirmed by mail',
  shipment_sent: 'Shipment confirmed by mail',
  mail_refused: 'A mail to you came back: its address may have a typo',
};

export function eventText({ kind, data }: OrderEvent): string {
  if (kind === 'cancelled') return CANCELLED[String(data.reason)] ?? 'Cancelled';
  if (kind === 'fulfilled') return data.carrier ? `A parcel left with ${data.carrier}` : 'A parcel left';
  // A kind that this page does not know yet is shown as it is named.
  return EVENTS[kind] ?? kind.replaceAll('_', ' ');
}

function cancelled({ payment_status, refunded }: Order): Told {
  const title = 'This order is cancelled';
  if (payment_status === 'cancelled' || payment_status === 'unpaid')
    return { title, text: 'Nothing was charged.' };
  const text =
    refunded.amount > 0
      ? `${formatMoney(refunded)} went back to where it came from. Banks take a few days to show it.`
      : 'What you paid goes back to where it came from. Banks take a few days to show it.';
  return { title, text };
}

function waiting({ expires_at, payment_error }: Order, hasFailed: boolean): Told {
  const until = expires_at ? ` Everything in it is held for you until ${formatTime(expires_at)}.` : '';
  if (!payment_error && !hasFailed) return { title: 'This order waits for your payment', text: until.trim() };
  return {
    title: 'The payment did not go through',
    text: `${payment_error?.message ?? 'It was not confirmed.'} Nothing was charged.${until}`,
  };
}

/** How the order stands. `isPaying`: this browser has paid, and the store has not heard of it yet. */
export function standing(order: Order, isPaying: boolean, isThanked: boolean, hasFailed: boolean): Told {
  if (order.status === 'cancelled') return cancelled(order);
  if (isPaying) {
    return {
      title: 'Confirming your payment …',
      text: 'That takes a few seconds. You may close this page: the order is safe, and a mail will tell you.',
    };
  }
  if (order.status === 'pending') return waiting(order, hasFailed);
  if (order.fulfilment_status === 'fulfilled') {
    const parcels = order.fulfilments.length > 1 ? 'All parcels have left.' : 'Your parcel has left.';
    return { title: 'Paid and shipped', text: parcels };
  }
  if (order.fulfilment_status === 'partially_fulfilled') {
    return {
      title: 'A part of it is on its way',
      text: 'The rest follows, and we write again when it leaves.',
    };
  }
  return {
    title: isThanked ? 'Thank you. Your order is paid.' : 'Paid, and being packed',
    text: `A confirmation goes to ${order.email}. We pack what is in stock on the next working day and write again when the parcel leaves.`,
  };
}

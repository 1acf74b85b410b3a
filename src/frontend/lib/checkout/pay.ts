// The way of a payment: the order is placed if it is not yet, its payment is started, and the provider confirms it.
// Each part may be repeated, so that after whatever went wrong the whole is simply tried again.
import { hasCode, isNotFound, isUnanswered } from '@/lib/api/errors';
import { type Order, type PlaceOrder, placeOrder, readOrder, startPayment } from '@/lib/api/orders';
import { forgetAttempt, keyFor, recallAttempt } from '@/lib/checkout/attempt';
import type { PaymentForm } from '@/lib/checkout/payment-form';
import { keepPaid, keepPlaced } from '@/lib/checkout/traces';
import { declined, type Trouble } from '@/lib/checkout/trouble';

export const orderPath = (number: number): string => `/orders/${number}`;

/** The same order goes out with the same key, until there is an answer that settles whether it exists. */
export async function place(body: PlaceOrder): Promise<Order> {
  try {
    const order = await placeOrder(body, keyFor(body));
    forgetAttempt();
    keepPlaced(order.number);
    return order;
  } catch (error) {
    if (!isUnanswered(error) && !hasCode(error, 'request_in_progress')) forgetAttempt();
    throw error;
  }
}

/** The order that waits. If its answer was lost, so was the right to see it: sending the same again brings both back. */
export async function findOrder(number: number): Promise<Order> {
  try {
    return await readOrder(number);
  } catch (error) {
    const attempt = recallAttempt();
    if (!attempt || !isNotFound(error)) throw error;
    return place(attempt.body);
  }
}

/** Leads away from this page when the provider took it, and answers null; a refusal of the bank is told. */
export async function pay(number: number, form: PaymentForm): Promise<Trouble | null> {
  const target = orderPath(number);
  try {
    const outcome = await form.confirm(
      await startPayment(number),
      new URL(target, window.location.origin).toString(),
    );
    if (outcome.kind === 'declined') return declined(outcome.code);
    if (outcome.kind === 'accepted') keepPaid(number);
    window.location.assign(outcome.kind === 'redirect' ? outcome.url : target);
  } catch (error) {
    // Paid, or about to be: its own page says which.
    if (!hasCode(error, 'order_paid', 'payment_processing')) throw error;
    window.location.assign(target);
  }
  return null;
}

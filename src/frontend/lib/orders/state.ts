// An order's state in two words, for lists.
import type { OrderSummary } from '@/lib/api/account';

/** Done, still to come, or called off. */
export type Mood = 'good' | 'open' | 'over';

export interface State {
  text: string;
  mood: Mood;
}

export function stateOf({ status, payment_status, fulfilment_status }: OrderSummary): State {
  if (status === 'cancelled') return { text: 'Cancelled', mood: 'over' };
  if (status === 'pending') {
    const text = payment_status === 'processing' ? 'Payment under way' : 'Waits for payment';
    return { text, mood: 'open' };
  }
  if (payment_status === 'refunded') return { text: 'Refunded', mood: 'over' };
  if (fulfilment_status === 'fulfilled') return { text: 'Shipped', mood: 'good' };
  if (fulfilment_status === 'partially_fulfilled') return { text: 'Partly shipped', mood: 'open' };
  return { text: 'Being packed', mood: 'open' };
}

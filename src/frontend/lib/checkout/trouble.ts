// Why an order could not be placed or paid, in the shopper's words, and what to do about it.
import type { CartItem } from '@/lib/api/cart';
import { type ApiError, hasCode, inWords, isUnanswered, sentence } from '@/lib/api/errors';

export interface Trouble {
  title: string;
  text: string;
  /** The lines that it is about. */
  lines?: string[];
  /** The cart is the place to put it right. */
  toCart?: boolean;
}

const KNOWN: Record<string, Trouble> = {
  cart_empty: { title: 'Your cart is empty', text: 'Put something into it first.', toCart: true },
  cart_changed: {
    title: 'There is an order of this cart already',
    text: 'It was placed from another tab or device. It is shown here now.',
  },
  price_changed: {
    title: 'The total has changed',
    text: 'The new one is shown here. Have a look, and pay if you agree. Nothing has been charged.',
  },
  shipping_unavailable: {
    title: 'This shipping method is not available any more',
    text: 'Please choose another one.',
  },
  too_many_unpaid_orders: {
    title: 'There are several unpaid orders already',
    text: 'Pay or cancel one of them, or try again in half an hour. Nothing has been charged.',
  },
  large_hold_limited: {
    title: 'This order is too large for now',
    text: 'Another large order from your network is not paid, or was not paid in time. Order less, or try again later. Nothing has been charged.',
    toCart: true,
  },
  order_cancelled: {
    title: 'That order was not paid in time',
    text: 'It is cancelled and nothing was charged. Everything you typed is still here: pay to order again.',
  },
  payment_processing: {
    title: 'The payment is under way',
    text: 'Your bank is processing it. Until it has decided, the order cannot be changed.',
  },
  request_in_progress: {
    title: 'Your order is being placed',
    text: 'It takes a little longer than usual. Try again in a moment: it is never placed twice.',
  },
  provider_unavailable: {
    title: 'The payment service does not answer',
    text: 'Nothing has been charged and your order is kept. Please try again in a moment.',
  },
};

function outOfStock(error: ApiError, items: CartItem[]): Trouble {
  const lines = error.errors.map(({ field, message }) => {
    const item = items.find(({ variant_id }) => field === `items.${variant_id}`);
    const name = item ? [item.title, ...item.option_values].join(', ') : '';
    return name ? `${name}: ${message}` : sentence(message);
  });
  return {
    title: 'Somebody was faster',
    text: 'Not everything in your cart is left. Nothing has been charged.',
    lines,
    toCart: true,
  };
}

export function troubleOf(error: unknown, items: CartItem[]): Trouble {
  if (hasCode(error, 'out_of_stock')) return outOfStock(error, items);
  if (hasCode(error, ...Object.keys(KNOWN))) return KNOWN[error.code] ?? { title: '', text: '' };
  if (isUnanswered(error)) {
    return {
      title: 'No answer came',
      text: `${inWords(error)} You can safely press Pay again: nothing is ordered or charged twice.`,
    };
  }
  return { title: 'That did not work', text: `${inWords(error)} Nothing has been charged.` };
}

const DECLINES: Record<string, string> = {
  insufficient_funds: 'There is not enough money on the card.',
  expired_card: 'The card has expired.',
  incorrect_cvc: 'The security code is not right.',
  incorrect_number: 'The card number is not right.',
  invalid_number: 'The card number is not right.',
  invalid_expiry_month: 'The month of expiry is not right.',
  invalid_expiry_year: 'The year of expiry is not right.',
  processing_error: 'The bank could not be asked.',
  payment_intent_authentication_failure: 'The payment was not confirmed.',
  authentication_failed: 'The payment was not confirmed.',
};

/** A bank's refusal; the order stays, and another card may be tried at once. */
export function declined(code: string): Trouble {
  return {
    title: DECLINES[code] ?? 'The card was declined.',
    text: 'Nothing has been charged, and your things stay held for you. Try again or use another card.',
  };
}

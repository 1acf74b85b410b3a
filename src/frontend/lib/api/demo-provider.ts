// The demo provider's half of a card payment, which speaks Stripe's `POST /v1/payment_intents/{id}/confirm`
// (https://docs.stripe.com/api/payment_intents/confirm) with the browser directly, as Stripe does.
import type { PaymentStart } from '@/lib/api/orders';

export interface Card {
  number: string;
  month: string;
  year: string;
  cvc: string;
}

/** What became of a confirmation. */
export type Confirmation =
  | { kind: 'accepted' }
  | { kind: 'redirect'; url: string }
  | { kind: 'declined'; code: string; message: string };

interface Intent {
  status: string;
  next_action?: { redirect_to_url?: { url: string } | null } | null;
}

interface Refusal {
  error: { code?: string; decline_code?: string; message?: string; payment_intent?: Intent };
}

const TIMEOUT_MS = 15_000;
/** Nothing is left to do for the browser: the provider's own message to the store says how it ended. */
const UNDER_WAY = ['succeeded', 'processing', 'requires_capture'];

function read(intent: Intent): Confirmation {
  const url = intent.next_action?.redirect_to_url?.url;
  if (url) return { kind: 'redirect', url };
  if (UNDER_WAY.includes(intent.status)) return { kind: 'accepted' };
  return { kind: 'declined', code: intent.status, message: '' };
}

/** Throws when the provider does not answer, or answers what cannot be understood: the same may be sent again. */
export async function confirmCard(
  provider: { api_url: string; publishable_key: string },
  { payment_intent, client_secret }: PaymentStart,
  card: Card,
  returnUrl: string,
): Promise<Confirmation> {
  const response = await fetch(`${provider.api_url}/v1/payment_intents/${payment_intent}/confirm`, {
    method: 'POST',
    body: new URLSearchParams({
      key: provider.publishable_key,
      client_secret,
      return_url: returnUrl,
      'payment_method_data[type]': 'card',
      'payment_method_data[card][number]': card.number,
      'payment_method_data[card][exp_month]': card.month,
      'payment_method_data[card][exp_year]': card.year,
      'payment_method_data[card][cvc]': card.cvc,
    }),
    credentials: 'omit',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (response.ok) return read(await response.json());
  const { error }: Refusal = await response.json();
  // Confirmed before, in another tab or by a request whose answer was lost.
  if (error.payment_intent && UNDER_WAY.includes(error.payment_intent.status)) return { kind: 'accepted' };
  if (response.status >= 500) throw new Error(`The provider failed: ${response.status}`);
  return { kind: 'declined', code: error.decline_code ?? error.code ?? '', message: error.message ?? '' };
}

// Stripe's own script, loaded when a customer is about to pay and not before (https://docs.stripe.com/js). Card data goes
// from its frame to Stripe alone.
import type { Confirmation } from '@/lib/api/demo-provider';

const SCRIPT = 'https://js.stripe.com/v3/';

interface StripeError {
  type?: string;
  code?: string;
  decline_code?: string;
  message?: string;
}

interface PaymentElement {
  mount: (place: HTMLElement) => void;
  unmount: () => void;
}

export interface Elements {
  create: (kind: 'payment') => PaymentElement;
  submit: () => Promise<{ error?: StripeError }>;
  update: (options: { amount: number }) => void;
}

export interface Stripe {
  elements: (options: { mode: 'payment'; amount: number; currency: string; appearance: object }) => Elements;
  confirmPayment: (options: {
    elements: Elements;
    clientSecret: string;
    confirmParams: { return_url: string };
    redirect: 'if_required';
  }) => Promise<{ error?: StripeError }>;
}

/** What is to be paid, in the provider's own minor units: the store's API gives it, no rule about currencies is here. */
export interface ProviderAmount {
  amount: number;
  currency: string;
}

declare global {
  interface Window {
    Stripe?: (key: string) => Stripe;
  }
}

let loading: Promise<void> | null = null;

function loadScript(): Promise<void> {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = SCRIPT;
    script.onload = () => resolve();
    script.onerror = () => {
      loading = null;
      script.remove();
      reject(new Error('Stripe could not be loaded.'));
    };
    document.head.append(script);
  });
  return loading;
}

export async function loadStripe(publishableKey: string): Promise<Stripe> {
  await loadScript();
  if (!window.Stripe) throw new Error('Stripe could not be started.');
  return window.Stripe(publishableKey);
}

/** The deferred flow: the form is there before the payment, which is created when the customer pays. */
export const createElements = (
  stripe: Stripe,
  { amount, currency }: ProviderAmount,
  isDark: boolean,
): Elements =>
  stripe.elements({
    mode: 'payment',
    amount,
    currency: currency.toLowerCase(),
    appearance: { theme: isDark ? 'night' : 'stripe' },
  });

/** Throws when Stripe cannot be reached; a bank's refusal is an answer. */
export async function confirmWithStripe(
  stripe: Stripe,
  elements: Elements,
  clientSecret: string,
  returnUrl: string,
): Promise<Confirmation> {
  const { error } = await stripe.confirmPayment({
    elements,
    clientSecret,
    confirmParams: { return_url: returnUrl },
    redirect: 'if_required',
  });
  if (!error) return { kind: 'accepted' };
  if (error.type === 'api_connection_error' || error.type === 'api_error') throw new Error(error.message);
  // Confirmed before, in another tab or by a request whose answer was lost: the store knows how it ended.
  if (error.code === 'payment_intent_unexpected_state') return { kind: 'accepted' };
  return { kind: 'declined', code: error.decline_code ?? error.code ?? '', message: error.message ?? '' };
}

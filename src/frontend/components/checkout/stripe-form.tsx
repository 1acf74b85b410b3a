'use client';
// Stripe's Payment Element: Stripe's script shows the ways of paying in a frame of its own.
import { type Ref, useEffect, useImperativeHandle, useRef, useState } from 'react';
import { Alert } from '@/components/ui/alert';
import { TextButton } from '@/components/ui/text-button';
import {
  confirmWithStripe,
  createElements,
  type Elements,
  loadStripe,
  type ProviderAmount,
  type Stripe,
} from '@/lib/api/stripe';
import type { PaymentForm } from '@/lib/checkout/payment-form';

interface Props {
  publishableKey: string;
  amount: ProviderAmount;
  ref: Ref<PaymentForm>;
}

interface Ready {
  stripe: Stripe;
  elements: Elements;
}

export function StripeForm({ publishableKey, amount, ref }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const [ready, setReady] = useState<Ready | null>(null);
  const [hasFailed, setHasFailed] = useState(false);
  const [attempt, setAttempt] = useState(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a changed amount updates the form below, it does not make another.
  useEffect(() => {
    let isGone = false;
    setHasFailed(false);
    loadStripe(publishableKey)
      .then((stripe) => {
        if (isGone || !place.current) return;
        const isDark = window.matchMedia('(prefers-color-scheme: dark)').matches;
        const elements = createElements(stripe, amount, isDark);
        elements.create('payment').mount(place.current);
        setReady({ stripe, elements });
      })
      .catch(() => setHasFailed(true));
    return () => {
      isGone = true;
    };
  }, [publishableKey, attempt]);

  useEffect(() => ready?.elements.update({ amount: amount.amount }), [ready, amount.amount]);

  useImperativeHandle(ref, () => ({
    // Stripe says beside its fields what is missing.
    check: async () => (ready ? !(await ready.elements.submit()).error : false),
    confirm: ({ client_secret }, returnUrl) => {
      if (!ready) throw new Error('Stripe is not ready.');
      return confirmWithStripe(ready.stripe, ready.elements, client_secret, returnUrl);
    },
  }));

  return (
    <div>
      {hasFailed ? (
        <Alert tone="trouble" title="The payment form could not be loaded">
          <p>It comes from Stripe. Check your connection, or whether something blocks js.stripe.com.</p>
          <TextButton onClick={() => setAttempt(attempt + 1)}>Try again</TextButton>
        </Alert>
      ) : null}
      {ready || hasFailed ? null : <div aria-busy="true" className="skeleton h-64" />}
      <div ref={place} />
    </div>
  );
}

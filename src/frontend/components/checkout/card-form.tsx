'use client';
// The demo provider's card form. What is typed goes to the provider alone, never to the store.
import { type Ref, useImperativeHandle, useState } from 'react';
import { CardField } from '@/components/checkout/card-field';
import { DemoCards } from '@/components/checkout/demo-cards';
import { confirmCard } from '@/lib/api/demo-provider';
import {
  formatCvc,
  formatExpiry,
  formatNumber,
  incomplete,
  type TypedCard,
  toCard,
} from '@/lib/checkout/card';
import type { PaymentForm } from '@/lib/checkout/payment-form';

interface Props {
  provider: { api_url: string; publishable_key: string };
  card: TypedCard;
  onCard: (card: TypedCard) => void;
  ref: Ref<PaymentForm>;
}

export function CardForm({ provider, card, onCard, ref }: Props) {
  const [errors, setErrors] = useState<Partial<TypedCard>>({});

  useImperativeHandle(ref, () => ({
    check: async () => {
      const found = incomplete(card);
      setErrors(found);
      const [first] = Object.keys(found);
      if (first) document.getElementById(`card-${first}`)?.focus();
      return !first;
    },
    confirm: (start, returnUrl) => confirmCard(provider, start, toCard(card), returnUrl),
  }));

  const field = (name: keyof TypedCard) => ({
    id: `card-${name}`,
    value: card[name],
    error: errors[name],
    onChange: (value: string) => {
      onCard({ ...card, [name]: value });
      setErrors({ ...errors, [name]: undefined });
    },
  });

  return (
    <div className="grid gap-5">
      <div className="grid grid-cols-2 gap-x-3 gap-y-4">
        <CardField
          {...field('number')}
          label="Card number"
          autoComplete="cc-number"
          format={formatNumber}
          maxLength={23}
          className="col-span-full"
        />
        <CardField
          {...field('expiry')}
          label="Expires"
          autoComplete="cc-exp"
          format={formatExpiry}
          placeholder="MM / YY"
          maxLength={9}
        />
        <CardField
          {...field('cvc')}
          label="Security code"
          autoComplete="cc-csc"
          format={formatCvc}
          placeholder="CVC"
          maxLength={4}
        />
      </div>
      <DemoCards
        onChoose={(number) => onCard({ number, expiry: card.expiry || '12 / 34', cvc: card.cvc || '123' })}
      />
    </div>
  );
}

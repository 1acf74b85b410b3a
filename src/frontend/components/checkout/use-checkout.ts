'use client';
// Everything that the steps of the checkout share: what was typed, what the API offers for it, and which step is shown.
import { useEffect, useState } from 'react';
import { usePendingOrder } from '@/components/checkout/use-pending-order';
import { type Book, prefilled } from '@/lib/account/book';
import { type Cart, readShipping } from '@/lib/api/cart';
import { listCountries } from '@/lib/api/countries';
import { type FieldErrors, missing } from '@/lib/checkout/address';
import { EMPTY_CARD } from '@/lib/checkout/card';
import { type Draft, emptyDraft, keepDraft, recallDraft } from '@/lib/checkout/draft';
import { goTo, STEPS, useStep } from '@/lib/checkout/steps';
import { useLoaded } from '@/lib/use-loaded';

function useDraft(homeCountry: string, book: Book | null): [Draft, (draft: Draft) => void] {
  const [draft, setDraft] = useState(() => prefilled(recallDraft() ?? emptyDraft(homeCountry), book));
  const change = (next: Draft) => {
    keepDraft(next);
    setDraft(next);
  };
  return [draft, change];
}

export function useCheckout(cart: Cart, homeCountry: string, book: Book | null) {
  const [draft, setDraft] = useDraft(homeCountry, book);
  const [errors, setErrors] = useState<FieldErrors>({});
  // Card data is kept by the page while it is open, and by nothing else.
  const [card, setCard] = useState(EMPTY_CARD);
  const asked = useStep();
  const countries = useLoaded('countries', listCountries);
  const order = usePendingOrder(cart);
  const { country } = draft.shipping;
  const quotes = useLoaded(country ? `${cart.updated_at} ${country}` : null, (signal) =>
    readShipping(country, signal),
  );

  // The first way of shipping is chosen until the shopper chooses, and again when theirs is not there any more.
  const offered = quotes.data?.items ?? [];
  const method = offered.find(({ id }) => id === draft.methodId) ?? offered[0] ?? null;

  const isAddressed = countries.data !== null && Object.keys(missing(draft, countries.data)).length === 0;
  const hasMethod = method !== null || quotes.isLoading;
  const reachable = STEPS.slice(0, isAddressed ? (hasMethod ? 3 : 2) : 1);
  const step = reachable.includes(asked) || order.data ? asked : (reachable.at(-1) ?? 'address');
  const isWaiting = Boolean(cart.pending_order) || order.data !== null;

  useEffect(() => {
    // Who comes back to an order that waits for payment goes on with that.
    if (isWaiting) goTo('payment', 'replace');
  }, [isWaiting]);

  useEffect(() => {
    // An address that skips what is missing is put right, once it is known what is missing.
    if (countries.data && !isWaiting && step !== asked) goTo(step, 'replace');
  }, [countries.data, isWaiting, step, asked]);

  return {
    book,
    card,
    setCard,
    cart,
    draft,
    setDraft,
    errors,
    setErrors,
    countries,
    order,
    quotes,
    method,
    reachable,
    step,
    isWaiting,
  };
}

export type CheckoutState = ReturnType<typeof useCheckout>;

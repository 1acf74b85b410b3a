'use client';
// What the Pay button does, and what becomes of it when something is in the way.
import { type RefObject, useState } from 'react';
import type { CheckoutState } from '@/components/checkout/use-checkout';
import { ApiError, hasCode, isRefusal } from '@/lib/api/errors';
import { cancelOrder, type Order, type PlaceOrder } from '@/lib/api/orders';
import { refresh } from '@/lib/cart/store';
import { refused, toAddress } from '@/lib/checkout/address';
import { draftOf, recallDraft } from '@/lib/checkout/draft';
import { orderPath, pay, place } from '@/lib/checkout/pay';
import type { PaymentForm } from '@/lib/checkout/payment-form';
import { goTo } from '@/lib/checkout/steps';
import { type Trouble, troubleOf } from '@/lib/checkout/trouble';
import { useOnce } from '@/lib/use-once';

function bodyOf({ cart, draft, countries, method }: CheckoutState): PlaceOrder | null {
  if (!countries.data || !method) return null;
  return {
    cart_id: cart.id,
    email: draft.email.trim(),
    shipping_address: toAddress(draft.shipping, countries.data),
    billing_address: draft.billing ? toAddress(draft.billing, countries.data) : null,
    shipping_method_id: method.id,
    expected_total: method.total,
  };
}

/** What is typed at the first step, by the names that the API has for it. */
const ADDRESS_FIELD = /^(email$|shipping_address\.|billing_address\.)/;

export function usePay(checkout: CheckoutState, form: RefObject<PaymentForm | null>) {
  const { cart, draft, setDraft, countries, quotes, order, setErrors } = checkout;
  const [trouble, setTrouble] = useState<Trouble | null>(null);

  /** Brings everything up to date that the refusal shows to be out of date, and goes where it can be put right. */
  const putRight = async (error: unknown) => {
    if (isRefusal(error) && error.errors.some(({ field }) => ADDRESS_FIELD.test(field))) {
      setErrors(refused(error.errors, draft, countries.data ?? []));
      return goTo('address');
    }
    setTrouble(troubleOf(error, cart.items));
    if (hasCode(error, 'price_changed', 'shipping_unavailable')) quotes.retry();
    if (hasCode(error, 'shipping_unavailable')) goTo('delivery');
    if (error instanceof ApiError) await refresh();
  };

  const { isBusy, once } = useOnce(putRight);

  const ordered = async (): Promise<Order | null> => {
    const body = bodyOf(checkout);
    if (order.data || !body) return order.data;
    const placed = await place(body);
    order.set(placed);
    void refresh();
    return placed;
  };

  const submit = () =>
    once(async () => {
      setTrouble(null);
      if (!form.current || !(await form.current.check())) return false;
      const placed = await ordered();
      if (!placed) return false;
      const refusal = await pay(placed.number, form.current);
      setTrouble(refusal);
      return refusal === null;
    });

  /** Gives the order up, so that its cart and addresses can be changed; nothing has to be typed again. */
  const change = (placed: Order) =>
    once(async () => {
      setTrouble(null);
      const cancelled = await cancelOrder(placed.number);
      if (!recallDraft()) setDraft(draftOf(placed));
      await refresh();
      // It was paid in the very moment, and is given back: its page explains.
      if (cancelled.payment_status === 'cancelled') return false;
      window.location.assign(orderPath(cancelled.number));
      return true;
    });

  return { isBusy, trouble, submit, change };
}

export type PayState = ReturnType<typeof usePay>;

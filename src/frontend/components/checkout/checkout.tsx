'use client';
// The checkout: what the cart allows, the steps, and beside them what is being bought.
import { type RefObject, useRef } from 'react';
import { CartFailed } from '@/components/cart/cart-states';
import { useFreshCart } from '@/components/cart/use-cart';
import { AddressStep } from '@/components/checkout/address-step';
import {
  CartNeedsLook,
  CheckoutSkeleton,
  LoadFailed,
  NothingToBuy,
  OrderElsewhere,
  OrderIsPlaced,
} from '@/components/checkout/checkout-states';
import { DeliveryStep } from '@/components/checkout/delivery-step';
import { OrderSummary } from '@/components/checkout/order-summary';
import { PaymentStep } from '@/components/checkout/payment-step';
import { StepNav } from '@/components/checkout/step-nav';
import { type CheckoutState, useCheckout } from '@/components/checkout/use-checkout';
import { type PayState, usePay } from '@/components/checkout/use-pay';
import { type Book, readBook } from '@/lib/account/book';
import type { Cart } from '@/lib/api/cart';
import { isNotFound } from '@/lib/api/errors';
import type { PaymentProvider } from '@/lib/api/store';
import type { PaymentForm } from '@/lib/checkout/payment-form';
import type { Step } from '@/lib/checkout/steps';
import { summaryOf } from '@/lib/checkout/summary';
import { useLoaded } from '@/lib/use-loaded';

interface Props {
  homeCountry: string;
  provider: PaymentProvider;
}

export function Checkout({ homeCountry, provider }: Props) {
  const { phase, cart, trouble } = useFreshCart();
  const account = useLoaded('book', async () => ({ book: await readBook() }));
  if (phase === 'failed') return <CartFailed trouble={trouble} />;
  if (phase !== 'ready' || !account.data) return <CheckoutSkeleton />;
  if (!cart || (cart.items.length === 0 && !cart.pending_order)) return <NothingToBuy />;
  if (!cart.can_check_out && !cart.pending_order) return <CartNeedsLook items={cart.items} />;
  return <OpenCheckout cart={cart} book={account.data.book} homeCountry={homeCountry} provider={provider} />;
}

/** True from the second step on that is shown: coming to it moves the focus there. */
function useHasMoved(step: Step): boolean {
  const opened = useRef(step);
  const hasMoved = useRef(false);
  if (opened.current !== step) hasMoved.current = true;
  return hasMoved.current;
}

interface OpenProps extends Props {
  cart: Cart;
  book: Book | null;
}

function OpenCheckout({ cart, book, homeCountry, provider }: OpenProps) {
  const checkout = useCheckout(cart, homeCountry, book);
  const { countries, order, quotes, method, step, reachable, isWaiting } = checkout;
  const form = useRef<PaymentForm>(null);
  const pay = usePay(checkout, form);
  const pending = cart.pending_order;
  if (pending && !order.data && isNotFound(order.error)) return <OrderElsewhere order={pending} />;
  if (pending && !order.data && order.error) return <LoadFailed error={order.error} retry={order.retry} />;
  if (!countries.data && countries.error)
    return <LoadFailed error={countries.error} retry={countries.retry} />;
  if (!countries.data || (pending && !order.data)) return <CheckoutSkeleton />;
  return (
    <div
      data-checkout
      className="grid scroll-mt-6 items-start gap-x-16 gap-y-8 lg:grid-cols-[minmax(0,44rem)_minmax(22rem,30rem)] lg:justify-between"
    >
      <div className="max-lg:row-start-2">
        <StepNav current={step} reachable={isWaiting ? ['payment'] : reachable} />
        <div className="mt-8">
          <CurrentStep checkout={checkout} pay={pay} form={form} provider={provider} />
        </div>
      </div>
      <OrderSummary
        summary={summaryOf(cart, quotes.data, method?.id ?? null, order.data)}
        count={cart.item_count}
        isStale={!order.data && quotes.isLoading}
        isOpen={!isWaiting}
      />
    </div>
  );
}

interface StepProps {
  checkout: CheckoutState;
  pay: PayState;
  form: RefObject<PaymentForm | null>;
  provider: PaymentProvider;
}

function CurrentStep({ checkout, pay, form, provider }: StepProps) {
  const { cart, draft, setDraft, errors, setErrors, countries, quotes, method, step, isWaiting } = checkout;
  const takesFocus = useHasMoved(step);
  if (step === 'payment') {
    return (
      <PaymentStep checkout={checkout} pay={pay} form={form} provider={provider} takesFocus={takesFocus} />
    );
  }
  if (isWaiting) return cart.pending_order ? <OrderIsPlaced order={cart.pending_order} /> : null;
  if (step === 'delivery') {
    const country = countries.data?.find(({ code }) => code === draft.shipping.country)?.name ?? '';
    return (
      <DeliveryStep
        quotes={quotes}
        country={country}
        methodId={method?.id ?? null}
        onMethod={(methodId) => setDraft({ ...draft, methodId })}
        trouble={pay.trouble}
        takesFocus={takesFocus}
      />
    );
  }
  return (
    <AddressStep
      book={checkout.book}
      draft={draft}
      onDraft={setDraft}
      countries={countries.data ?? []}
      errors={errors}
      onErrors={setErrors}
      takesFocus={takesFocus}
    />
  );
}

'use client';
// The last step: a look at everything, the card, and the button that buys.
import type { RefObject, SubmitEvent } from 'react';
import { CardForm } from '@/components/checkout/card-form';
import { Review } from '@/components/checkout/review';
import { StepHeading } from '@/components/checkout/step-heading';
import { StripeForm } from '@/components/checkout/stripe-form';
import { TroubleAlert } from '@/components/checkout/trouble-alert';
import type { CheckoutState } from '@/components/checkout/use-checkout';
import type { PayState } from '@/components/checkout/use-pay';
import { Alert } from '@/components/ui/alert';
import { BusyButton } from '@/components/ui/busy-button';
import { TextButton } from '@/components/ui/text-button';
import type { Order } from '@/lib/api/orders';
import type { PaymentProvider } from '@/lib/api/store';
import type { PaymentForm } from '@/lib/checkout/payment-form';
import { formatMoney } from '@/lib/money';
import { formatTime } from '@/lib/time';

interface Props {
  checkout: CheckoutState;
  pay: PayState;
  form: RefObject<PaymentForm | null>;
  provider: PaymentProvider;
  takesFocus: boolean;
}

export function PaymentStep({ checkout, pay, form, provider, takesFocus }: Props) {
  const { order, method, card, setCard } = checkout;
  const payable = order.data ?? method;
  if (!payable) return <div aria-busy="true" className="skeleton h-96" />;

  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void pay.submit();
  };

  return (
    <form noValidate onSubmit={submit} className="grid gap-6">
      <StepHeading takesFocus={takesFocus}>
        {order.data ? 'Pay your order' : 'Look it over and pay'}
      </StepHeading>
      {order.data ? <Held order={order.data} pay={pay} /> : null}
      <Review checkout={checkout} />
      {payable.provider_amount === null ? (
        <Alert tone="trouble" title="This total cannot be paid">
          <p>The payment provider takes neither very small nor very large amounts. Please change the cart.</p>
        </Alert>
      ) : provider.api_url === null ? (
        <StripeForm
          ref={form}
          publishableKey={provider.publishable_key}
          amount={{ amount: payable.provider_amount, currency: payable.total.currency }}
        />
      ) : (
        <CardForm
          ref={form}
          provider={{ ...provider, api_url: provider.api_url }}
          card={card}
          onCard={setCard}
        />
      )}
      {pay.trouble ? <TroubleAlert trouble={pay.trouble} /> : null}
      <BusyButton
        type="submit"
        isBusy={pay.isBusy}
        busyLabel="Paying, please wait …"
        className="button min-h-13 w-full text-body! aria-disabled:cursor-default"
      >
        Pay {formatMoney(payable.total)}
      </BusyButton>
      <p className="text-small text-muted">
        With this you buy. Everything is{' '}
        <a href="/returns" className="quiet-link">
          yours to send back within 14 days
        </a>
        .
      </p>
    </form>
  );
}

/** An order that is placed and not paid: how long its things are held, and the way back. */
function Held({ order, pay }: { order: Order; pay: PayState }) {
  return (
    <Alert title={`Order ${order.number} waits for your payment`}>
      {order.expires_at ? (
        <p>Everything in it is held for you until {formatTime(order.expires_at)}.</p>
      ) : null}
      {order.payment_error && !pay.trouble ? <p>Last attempt: {order.payment_error.message}</p> : null}
      <TextButton disabled={pay.isBusy} onClick={() => void pay.change(order)}>
        Give it up and change the cart or address
      </TextButton>
    </Alert>
  );
}

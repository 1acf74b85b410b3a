'use client';
// The second step: how the parcel travels, and what that costs.
import { type SubmitEvent, useState } from 'react';
import { StepHeading } from '@/components/checkout/step-heading';
import { TroubleAlert } from '@/components/checkout/trouble-alert';
import { Alert } from '@/components/ui/alert';
import { TextButton } from '@/components/ui/text-button';
import type { ShippingQuote, ShippingQuotes } from '@/lib/api/cart';
import { inWords } from '@/lib/api/errors';
import { goTo } from '@/lib/checkout/steps';
import type { Trouble } from '@/lib/checkout/trouble';
import { formatMoney } from '@/lib/money';
import { days } from '@/lib/time';
import type { Loaded } from '@/lib/use-loaded';

interface Props {
  quotes: Loaded<ShippingQuotes>;
  country: string;
  methodId: string | null;
  onMethod: (id: string) => void;
  trouble: Trouble | null;
  takesFocus: boolean;
}

export function DeliveryStep({ quotes, country, methodId, onMethod, trouble, takesFocus }: Props) {
  const [isMissing, setIsMissing] = useState(false);
  const methods = quotes.data?.items ?? [];

  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    setIsMissing(!methodId);
    if (methodId) goTo('payment');
  };

  return (
    <form noValidate onSubmit={submit} className="grid gap-6">
      <StepHeading takesFocus={takesFocus}>How does it travel?</StepHeading>
      {trouble ? <TroubleAlert trouble={trouble} /> : null}
      <Methods quotes={quotes} country={country} methodId={methodId} onMethod={onMethod} />
      {isMissing && !methodId ? <Alert tone="trouble" title="Choose a way of shipping" /> : null}
      {methods.length > 0 ? (
        <button type="submit" className="button w-full sm:w-auto sm:justify-self-start sm:px-8">
          Continue to payment
        </button>
      ) : null}
    </form>
  );
}

function Methods({ quotes, country, methodId, onMethod }: Omit<Props, 'trouble' | 'takesFocus'>) {
  if (!quotes.data && quotes.error) {
    return (
      <Alert tone="trouble" title="The ways of shipping cannot be shown right now">
        <p>{inWords(quotes.error)} Nothing that you typed is lost.</p>
        <TextButton onClick={quotes.retry}>Try again</TextButton>
      </Alert>
    );
  }
  if (!quotes.data) return <MethodsSkeleton />;
  if (quotes.data.items.length === 0) {
    return (
      <Alert tone="trouble" title={`Nothing travels to ${country} yet`}>
        <p>We are sorry: there is no way of shipping what is in your cart there.</p>
        <TextButton onClick={() => goTo('address')}>Choose another address</TextButton>
      </Alert>
    );
  }
  return (
    <fieldset className="min-w-0">
      <legend className="sr-only">Ways of shipping</legend>
      <div className="grid gap-3">
        {quotes.data.items.map((method) => (
          <Method key={method.id} method={method} isChosen={method.id === methodId} onChoose={onMethod} />
        ))}
      </div>
    </fieldset>
  );
}

interface MethodProps {
  method: ShippingQuote;
  isChosen: boolean;
  onChoose: (id: string) => void;
}

function Method({ method, isChosen, onChoose }: MethodProps) {
  const { id, name, description, min_days, max_days, price, free_from } = method;
  const isFree = price.amount === 0;
  return (
    <label className="flex cursor-pointer gap-3.5 rounded-medium border border-edge bg-raised p-4 text-small hover:border-ink has-checked:border-accent has-checked:ring-1 has-checked:ring-accent has-focus-visible:outline-2 has-focus-visible:outline-offset-3 has-focus-visible:outline-accent">
      <input
        type="radio"
        name="shipping_method_id"
        value={id}
        checked={isChosen}
        onChange={() => onChoose(id)}
        className="mt-0.5 size-4.5 shrink-0 outline-none"
      />
      <span className="flex-1">
        <span className="block font-[560]">{name}</span>
        <span className="block text-muted">
          {days(min_days, max_days)}
          {description ? `. ${description}` : ''}
        </span>
        {free_from && !isFree ? (
          <span className="block text-muted">Free from {formatMoney(free_from)}</span>
        ) : null}
      </span>
      <span className="tabular-nums">{isFree ? 'Free' : formatMoney(price)}</span>
    </label>
  );
}

function MethodsSkeleton() {
  return (
    <div aria-busy="true" className="grid gap-3">
      <p role="status" className="sr-only">
        Loading the ways of shipping
      </p>
      <div className="skeleton h-21 rounded-medium" />
      <div className="skeleton h-21 rounded-medium" />
    </div>
  );
}

'use client';
// What was said in the steps before, each with the way back to it, as long as nothing is ordered yet.
import type { ReactNode } from 'react';
import type { CheckoutState } from '@/components/checkout/use-checkout';
import { AddressText } from '@/components/order/address-text';
import { separateBilling } from '@/lib/api/orders';
import { toAddress } from '@/lib/checkout/address';
import { goTo, type Step, stepPath } from '@/lib/checkout/steps';
import { isPlainClick } from '@/lib/clicks';
import { days } from '@/lib/time';

/** An order says it all; before there is one, what was typed does. */
function reviewed({ order: { data: order }, draft, countries, method }: CheckoutState) {
  const known = countries.data ?? [];
  return {
    email: order?.email ?? draft.email,
    shipping: order?.shipping_address ?? toAddress(draft.shipping, known),
    billing: order ? separateBilling(order) : draft.billing && toAddress(draft.billing, known),
    method: order?.shipping ?? method,
  };
}

export function Review({ checkout }: { checkout: CheckoutState }) {
  const { email, shipping, billing, method } = reviewed(checkout);
  const countries = checkout.countries.data ?? [];
  const isFixed = checkout.isWaiting;
  return (
    <dl className="divide-y divide-line border-y border-line text-small">
      <Row label="Contact" step="address" isFixed={isFixed}>
        {email}
      </Row>
      <Row label="Goes to" step="address" isFixed={isFixed}>
        <AddressText address={shipping} countries={countries} />
      </Row>
      {billing ? (
        <Row label="Bill to" step="address" isFixed={isFixed}>
          <AddressText address={billing} countries={countries} />
        </Row>
      ) : null}
      {method ? (
        <Row label="Delivery" step="delivery" isFixed={isFixed}>
          {method.name}, {days(method.min_days, method.max_days)}
        </Row>
      ) : null}
    </dl>
  );
}

interface RowProps {
  label: string;
  step: Step;
  isFixed: boolean;
  children: ReactNode;
}

function Row({ label, step, isFixed, children }: RowProps) {
  return (
    <div className="grid grid-cols-[5.5rem_minmax(0,1fr)_auto] items-baseline gap-x-4 py-3">
      <dt className="text-muted">{label}</dt>
      <dd>{children}</dd>
      {isFixed ? null : (
        <dd>
          <a
            href={stepPath(step)}
            onClick={(event) => {
              if (!isPlainClick(event)) return;
              event.preventDefault();
              goTo(step);
            }}
            className="quiet-link inline-flex min-h-6 items-center"
          >
            Change<span className="sr-only"> {label.toLowerCase()}</span>
          </a>
        </dd>
      )}
    </div>
  );
}

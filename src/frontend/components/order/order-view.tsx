'use client';
// An order from being placed to being at home: confirmation page and a guest's order page in one.
import type { ReactNode } from 'react';
import { AccountOffer } from '@/components/order/account-offer';
import { AddressText } from '@/components/order/address-text';
import { CancelOrder } from '@/components/order/cancel-order';
import { LineList } from '@/components/order/line-list';
import { OrderHistory } from '@/components/order/order-history';
import { OrderFailed, OrderMissing, OrderSkeleton } from '@/components/order/order-states';
import { OrderStatus } from '@/components/order/order-status';
import { Parcels } from '@/components/order/parcels';
import { Totals } from '@/components/order/totals';
import { useOrder } from '@/components/order/use-order';
import { TextButton } from '@/components/ui/text-button';
import type { Country } from '@/lib/api/countries';
import { listCountries } from '@/lib/api/countries';
import { isNotFound } from '@/lib/api/errors';
import { type Order, separateBilling } from '@/lib/api/orders';
import { orderSums } from '@/lib/checkout/summary';
import { days, formatDay } from '@/lib/time';
import { useLoaded } from '@/lib/use-loaded';

interface Props {
  number: number;
  contact: string | null;
}

export function OrderView({ number, contact }: Props) {
  const { order, hasPaid, isPaying, hasFailed } = useOrder(number);
  const countries = useLoaded('countries', listCountries);
  const { data, error } = order;
  if (!data && isNotFound(error)) return <OrderMissing number={number} contact={contact} />;
  if (!data && error) return <OrderFailed error={error} retry={order.retry} />;
  if (!data) return <OrderSkeleton />;
  return (
    <>
      <p className="-mt-4 mb-6 text-small text-muted lg:-mt-7 lg:mb-10">
        Placed on {formatDay(data.placed_at)}
      </p>
      <div className="grid items-start gap-x-16 gap-y-10 lg:grid-cols-[minmax(0,44rem)_minmax(22rem,30rem)] lg:justify-between">
        <div className="grid gap-10">
          <OrderStatus order={data} isPaying={isPaying} isThanked={hasPaid} hasFailed={hasFailed} />
          <Parcels order={data} />
          <Addresses order={data} countries={countries.data ?? []} />
          <OrderHistory events={data.events} />
          {hasPaid && !isPaying ? <AccountOffer order={data} /> : null}
          <div className="no-print flex flex-wrap gap-x-6 gap-y-2">
            {data.can_cancel && !isPaying ? <CancelOrder order={data} onCancelled={order.set} /> : null}
            <TextButton onClick={() => window.print()}>Print</TextButton>
          </div>
        </div>
        <section aria-labelledby="bought" className="rounded-medium bg-surface p-5 lg:p-6">
          <h2 id="bought" className="mb-5 text-h3">
            What you bought
          </h2>
          <LineList lines={data.lines} />
          <div className="mt-5 border-t border-line pt-4">
            <Totals sums={orderSums(data)} />
          </div>
        </section>
      </div>
    </>
  );
}

function Addresses({ order, countries }: { order: Order; countries: Country[] }) {
  const { shipping, shipping_address, email } = order;
  const billing = separateBilling(order);
  return (
    <dl className="grid gap-x-8 gap-y-6 text-small sm:grid-cols-2">
      <Fact name={billing ? 'Ships to' : 'Ships and bills to'}>
        <AddressText address={shipping_address} countries={countries} />
      </Fact>
      {billing ? (
        <Fact name="Bills to">
          <AddressText address={billing} countries={countries} />
        </Fact>
      ) : null}
      <Fact name="Delivery">
        {shipping.name}, {days(shipping.min_days, shipping.max_days)}
      </Fact>
      <Fact name="Contact">
        <span className="break-all">{email}</span>
      </Fact>
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt className="detail mb-2 text-muted">{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

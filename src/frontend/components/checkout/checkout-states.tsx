'use client';
// The checkout when there is nothing to check out: not yet, not now, or not any more.
import type { ReactNode } from 'react';
import { CartEmpty } from '@/components/cart/cart-states';
import { Alert } from '@/components/ui/alert';
import { Notice } from '@/components/ui/notice';
import { TextButton } from '@/components/ui/text-button';
import type { CartItem, PendingOrder } from '@/lib/api/cart';
import { inWords } from '@/lib/api/errors';
import { changesOf } from '@/lib/cart/words';
import { orderPath } from '@/lib/checkout/pay';
import { goTo } from '@/lib/checkout/steps';
import { recallPlaced } from '@/lib/checkout/traces';
import { formatMoney } from '@/lib/money';

/** No cart: nothing was put in, or it has just been bought. */
export function NothingToBuy() {
  const placed = recallPlaced();
  if (placed === null) return <CartEmpty heading="h2" />;
  return (
    <Notice heading="h2" title="There is nothing left to pay here">
      <p>This cart has become order {placed}.</p>
      <p className="mt-8 flex flex-wrap gap-3">
        <a href={orderPath(placed)} className="button">
          Look at order {placed}
        </a>
        <a href="/products" className="button button-plain">
          Browse everything
        </a>
      </p>
    </Notice>
  );
}

export function CartNeedsLook({ items }: { items: CartItem[] }) {
  const short = items.filter(({ available_quantity, quantity }) => available_quantity < quantity);
  return (
    <Notice heading="h2" title="Your cart needs a look first">
      <div role="alert">
        <p>Not everything in it is left. Nothing has been charged, and what you typed here is kept.</p>
        <ul className="mt-4 grid gap-2 text-body">
          {short.map((item) => (
            <li key={item.variant_id}>
              <span className="font-[560] text-ink">{[item.title, ...item.option_values].join(', ')}</span>
              <br />
              {changesOf(item).join(' ')}
            </li>
          ))}
        </ul>
      </div>
      <p className="mt-8">
        <a href="/cart" className="button">
          Go to the cart
        </a>
      </p>
    </Notice>
  );
}

export function LoadFailed({ error, retry }: { error: unknown; retry: () => void }) {
  return (
    <Alert tone="trouble" title="The checkout cannot be shown right now">
      <p>{inWords(error)} Nothing that you typed is lost.</p>
      <TextButton onClick={retry}>Try again</TextButton>
    </Alert>
  );
}

/** A step before payment, while an order waits for it. */
export function OrderIsPlaced({ order }: { order: PendingOrder }) {
  return (
    <Alert title={`Order ${order.number} is placed`}>
      <p>
        Its {formatMoney(order.total)} wait to be paid. To change the address or the delivery, give that order
        up first; the payment step has a button for it.
      </p>
      <TextButton onClick={() => goTo('payment')}>Go to payment</TextButton>
    </Alert>
  );
}

/** An order of this cart was placed where this browser has no key to it. */
export function OrderElsewhere({ order }: { order: PendingOrder }) {
  return (
    <Notice heading="h2" title={`Order ${order.number} waits to be paid elsewhere`}>
      <p>
        It was placed from another browser, or this one has forgotten it. To order here instead, change
        something in the cart: that cancels order {order.number}, which has not been charged.
      </p>
      <p className="mt-8">
        <a href="/cart" className="button">
          Go to the cart
        </a>
      </p>
    </Notice>
  );
}

export function CheckoutSkeleton({ children }: { children?: ReactNode }) {
  return (
    <div
      aria-busy="true"
      className="grid gap-x-16 gap-y-8 lg:grid-cols-[minmax(0,44rem)_minmax(22rem,30rem)] lg:justify-between"
    >
      <p role="status" className="sr-only">
        Loading the checkout
      </p>
      {children}
      <div aria-hidden="true" className="grid gap-4 scriptless:hidden">
        <div className="skeleton h-11" />
        <div className="skeleton mt-4 h-7 w-1/2" />
        {[1, 2, 3, 4].map((field) => (
          <div key={field}>
            <div className="skeleton h-4 w-24" />
            <div className="skeleton mt-2 h-11" />
          </div>
        ))}
      </div>
      <div
        aria-hidden="true"
        className="skeleton h-14 rounded-medium max-lg:row-start-1 lg:h-96 scriptless:hidden"
      />
    </div>
  );
}

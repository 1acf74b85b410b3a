'use client';
// The cart on a page of its own.
import { CartLines } from '@/components/cart/cart-lines';
import { CartNotices } from '@/components/cart/cart-notices';
import { CartEmpty, CartFailed, CartSkeleton } from '@/components/cart/cart-states';
import { CartSummary } from '@/components/cart/cart-summary';
import { ShippingHint } from '@/components/cart/shipping-hint';
import { useFreshCart } from '@/components/cart/use-cart';
import { entriesOf } from '@/lib/cart/state';
import { itemCount } from '@/lib/cart/words';

interface Props {
  homeCountry: string;
  taxIncluded: boolean;
}

export function CartView({ homeCountry, taxIncluded }: Props) {
  const state = useFreshCart();
  const isEmpty = state.phase === 'ready' && entriesOf(state).length === 0;
  if (isEmpty) return <CartEmpty heading="h1" />;
  return (
    <>
      <div className="station mb-6 lg:mb-10">
        <h1 className="text-h1">Your cart</h1>
        <span className="station-line" />
        {state.count > 0 ? <p className="text-small text-muted">{itemCount(state.count)}</p> : null}
      </div>
      {state.phase === 'failed' ? <CartFailed trouble={state.trouble} /> : null}
      {state.phase === 'unknown' || state.phase === 'loading' ? <CartSkeleton /> : null}
      {state.phase === 'ready' ? (
        <div className="grid items-start gap-x-16 gap-y-8 lg:grid-cols-[minmax(0,1fr)_22rem]">
          <div>
            <CartNotices />
            <CartLines />
          </div>
          <div className="rounded-medium bg-surface p-5 lg:sticky lg:top-8 lg:p-6">
            <CartSummary>
              {taxIncluded
                ? 'Taxes are included, shipping is added at checkout.'
                : 'Shipping and taxes are added at checkout.'}
              <ShippingHint country={homeCountry} />
            </CartSummary>
          </div>
        </div>
      ) : null}
    </>
  );
}

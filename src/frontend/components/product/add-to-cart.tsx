'use client';
// Puts the chosen variant into the cart: how many, the button, and why it did not work if it did not.
import { useState } from 'react';
import { BusyButton } from '@/components/ui/busy-button';
import { QuantityStepper } from '@/components/ui/quantity-stepper';
import type { Variant } from '@/lib/api/catalog';
import { inWords } from '@/lib/api/errors';
import { openDrawer } from '@/lib/cart/drawer';
import { cartState } from '@/lib/cart/state';
import { add } from '@/lib/cart/store';
import { useHydrated } from '@/lib/use-hydrated';

const MOST = 999;

/** What the API said, and how many of it are in the cart already, which may be why. */
function explain(error: unknown, variantId: string): string {
  const line = cartState.get().cart?.items.find(({ variant_id }) => variant_id === variantId);
  const said = inWords(error);
  return line ? `${said} You have ${line.quantity} in your cart.` : said;
}

export function AddToCart({ title, variant }: { title: string; variant: Variant }) {
  const [quantity, setQuantity] = useState(1);
  const [isBusy, setIsBusy] = useState(false);
  const [trouble, setTrouble] = useState('');
  const isReady = useHydrated();
  const isSoldOut = variant.availability === 'out_of_stock';

  const put = async () => {
    setIsBusy(true);
    setTrouble('');
    try {
      await add(variant.id, quantity);
      setQuantity(1);
      openDrawer([title, ...variant.option_values].join(', '));
    } catch (error) {
      setTrouble(explain(error, variant.id));
    } finally {
      setIsBusy(false);
    }
  };

  return (
    <div className="mt-8">
      <div className="flex gap-3">
        {isSoldOut ? null : (
          <QuantityStepper
            of={title}
            quantity={quantity}
            max={variant.quantity_left ?? MOST}
            onChange={setQuantity}
            disabled={!isReady}
          />
        )}
        <BusyButton
          isBusy={isBusy}
          busyLabel="Adding …"
          disabled={!isReady || isSoldOut}
          onClick={put}
          className="button flex-1 disabled:cursor-default aria-disabled:cursor-default"
        >
          {isSoldOut ? (
            'Sold out for now'
          ) : (
            <>
              <span className="scriptless:hidden">Add to cart</span>
              <span className="hidden scriptless:inline">Buying needs JavaScript</span>
            </>
          )}
        </BusyButton>
      </div>
      <p role="alert" className="text-small text-alarm not-empty:mt-3">
        {trouble}
      </p>
    </div>
  );
}

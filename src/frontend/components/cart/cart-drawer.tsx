'use client';
// The cart beside the page that somebody is on.
import { CartLines } from '@/components/cart/cart-lines';
import { CartNotices } from '@/components/cart/cart-notices';
import { CartEmpty, CartFailed, CartSkeleton } from '@/components/cart/cart-states';
import { CartSummary } from '@/components/cart/cart-summary';
import { useCart, useFreshCart } from '@/components/cart/use-cart';
import { CheckIcon, CrossIcon } from '@/components/ui/icons';
import { Modal } from '@/components/ui/modal';
import { closeDrawer, drawer } from '@/lib/cart/drawer';
import { entriesOf } from '@/lib/cart/state';
import { forgetRemoved } from '@/lib/cart/store';
import { useObservable } from '@/lib/observable';

function close() {
  closeDrawer();
  forgetRemoved();
}

export function CartDrawer() {
  const { isOpen, added } = useObservable(drawer);
  return (
    <Modal isOpen={isOpen} onClose={close} labelledBy="drawer-title" className="drawer">
      <div className="flex h-full flex-col">
        <DrawerHead />
        {added ? (
          <p className="flex items-start gap-2.5 border-b border-line bg-surface px-5 py-3 text-small">
            <CheckIcon className="mt-0.5 size-4 text-accent" />
            <span role="status">
              Added: <span className="font-[560]">{added}</span>
            </span>
          </p>
        ) : null}
        <DrawerBody />
      </div>
    </Modal>
  );
}

function DrawerHead() {
  const { count } = useCart();
  return (
    <header className="flex items-center justify-between gap-4 border-b border-line py-2 pr-2 pl-5">
      <h2 id="drawer-title" className="text-h3">
        Your cart {count > 0 ? <span className="detail ml-1 text-muted">{count}</span> : null}
      </h2>
      <button
        type="button"
        aria-label="Close the cart"
        onClick={close}
        className="grid size-11 cursor-pointer place-items-center hover:text-accent focus-visible:-outline-offset-2"
      >
        <CrossIcon className="size-5" />
      </button>
    </header>
  );
}

function DrawerBody() {
  const state = useFreshCart();
  const isEmpty = entriesOf(state).length === 0;
  if (state.phase === 'failed')
    return (
      <div className="flex-1 overflow-y-auto px-5 py-5">
        <CartFailed trouble={state.trouble} />
      </div>
    );
  if (state.phase !== 'ready')
    return (
      <div className="flex-1 overflow-y-auto px-5 py-5">
        <CartSkeleton />
      </div>
    );
  if (isEmpty)
    return (
      <div className="flex-1 overflow-y-auto px-5 py-5">
        <CartEmpty heading="h2" />
      </div>
    );
  return (
    <>
      <div className="flex-1 overflow-y-auto overscroll-contain px-5 py-5">
        <CartNotices />
        <CartLines />
      </div>
      <div className="border-t border-line px-5 py-4">
        <CartSummary>
          Shipping is worked out at checkout.{' '}
          <a href="/cart" className="quiet-link inline-flex min-h-6 items-center text-ink">
            View the cart
          </a>
        </CartSummary>
      </div>
    </>
  );
}

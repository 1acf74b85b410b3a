'use client';
// The header's way to the cart: a link that opens the drawer, and how many things are in it once the browser knows.
import { type MouseEvent, useEffect } from 'react';
import { useCart } from '@/components/cart/use-cart';
import { CartIcon } from '@/components/ui/icons';
import { openDrawer } from '@/lib/cart/drawer';
import { listen } from '@/lib/cart/listen';
import { itemCount } from '@/lib/cart/words';
import { isPlainClick } from '@/lib/clicks';

/** Pages that show the cart themselves need no drawer over it. */
const WITHOUT_DRAWER = ['/cart', '/checkout'];

export function CartButton() {
  const { count } = useCart();
  useEffect(listen, []);

  const open = (event: MouseEvent) => {
    if (!isPlainClick(event) || WITHOUT_DRAWER.includes(window.location.pathname)) return;
    event.preventDefault();
    openDrawer();
  };

  return (
    <a
      href="/cart"
      onClick={open}
      aria-label={count > 0 ? `Cart, ${itemCount(count)}` : 'Cart'}
      className="flex min-h-11 min-w-9 items-center justify-end gap-3 text-small font-[560] hover:text-accent"
    >
      <span className="relative">
        <CartIcon className="size-6" />
        {count > 0 ? (
          // Over the icon's corner, so that nothing moves when the count arrives.
          <span
            aria-hidden="true"
            className="detail absolute -top-2 -right-2.5 min-w-5 rounded-full bg-accent px-1 py-0.5 text-center text-on-accent ring-2 ring-paper"
          >
            {count > 99 ? '99+' : count}
          </span>
        ) : null}
      </span>
      <span className="max-2xl:hidden">Cart</span>
    </a>
  );
}

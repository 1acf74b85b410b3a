'use client';
// The foot of the cart: what it comes to, and the way to the checkout.
import { type MouseEvent, type ReactNode, useState } from 'react';
import { useCart } from '@/components/cart/use-cart';
import { settled } from '@/lib/cart/store';
import { isPlainClick } from '@/lib/clicks';
import { formatMoney } from '@/lib/money';

/** Leaves for the checkout when every choice is saved; with one that is not, the notice above says so. */
async function checkOut(): Promise<void> {
  if (await settled()) window.location.assign('/checkout');
}

export function CartSummary({ children }: { children?: ReactNode }) {
  const { cart, wishes } = useCart();
  const [isLeaving, setIsLeaving] = useState(false);
  if (!cart) return null;
  const isPending = wishes.size > 0;

  const leave = async (event: MouseEvent) => {
    if (!isPlainClick(event) || !isPending) return;
    event.preventDefault();
    setIsLeaving(true);
    await checkOut();
    setIsLeaving(false);
  };

  return (
    <div>
      <p aria-live="polite" aria-atomic="true" className="flex items-baseline justify-between gap-4">
        <span>Subtotal</span>
        <span className={`text-h3 font-[560] tabular-nums ${isPending ? 'text-muted' : ''}`}>
          {formatMoney(cart.subtotal)}
        </span>
      </p>
      <div className="mt-1 text-small text-muted">{children}</div>
      {cart.can_check_out || isPending ? (
        <a
          href="/checkout"
          onClick={leave}
          className="button mt-5 w-full"
          aria-disabled={isLeaving || undefined}
        >
          {isLeaving ? <span aria-hidden="true" className="spinner" /> : null}
          Check out
        </a>
      ) : (
        <p className="mt-5 text-small font-[560] text-alarm">
          Something in the cart cannot be bought as it is. Change or remove what is marked, then check out.
        </p>
      )}
    </div>
  );
}

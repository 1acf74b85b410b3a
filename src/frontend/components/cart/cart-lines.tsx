'use client';
// All lines of the cart. A line that was removed keeps its place and can be put back.
import { useRef } from 'react';
import { CartLine } from '@/components/cart/cart-line';
import { useCart } from '@/components/cart/use-cart';
import { TextButton } from '@/components/ui/text-button';
import type { CartItem } from '@/lib/api/cart';
import { entriesOf } from '@/lib/cart/state';
import { setQuantity } from '@/lib/cart/store';

export function CartLines() {
  const state = useCart();
  return (
    <ul className="divide-y divide-line">
      {entriesOf(state).map((entry) => (
        <li key={entry.item.variant_id} className="py-5 first:pt-0">
          {entry.isRemoved ? (
            <RemovedLine item={entry.item} />
          ) : (
            <CartLine entry={entry} note={state.notes.get(entry.item.variant_id)} />
          )}
        </li>
      ))}
    </ul>
  );
}

function RemovedLine({ item }: { item: CartItem }) {
  const hasFocus = useRef(false);
  /** The button that was pressed is gone: what takes it back is the next thing to reach. */
  const focusOnce = (button: HTMLButtonElement | null) => {
    if (!button || hasFocus.current) return;
    hasFocus.current = true;
    button.focus({ preventScroll: true });
  };
  return (
    <div className="flex items-center justify-between gap-4 text-small">
      <p role="status" className="text-muted">
        <span className="font-[560] text-ink">{item.title}</span> was removed.
      </p>
      <TextButton ref={focusOnce} onClick={() => void setQuantity(item.variant_id, item.quantity)}>
        Undo<span className="sr-only"> removing {item.title}</span>
      </TextButton>
    </div>
  );
}

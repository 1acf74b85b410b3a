// What a page knows of the cart: the API's last answer, and what the shopper wishes on top of it.
import type { Cart, CartItem } from '@/lib/api/cart';
import { observable } from '@/lib/observable';

export interface Removed {
  item: CartItem;
  /** Where it stood, so that undoing puts it back there. */
  index: number;
}

export interface CartState {
  phase: 'unknown' | 'loading' | 'ready' | 'failed';
  /** `null` when there is none, or none is known yet. */
  cart: Cart | null;
  /** How many things are in it: a hint until the API has answered. */
  count: number;
  /** Quantities that the shopper chose and the API has not confirmed yet; 0 removes the line. */
  wishes: ReadonlyMap<string, number>;
  removed: readonly Removed[];
  /** What is to be said at a line. */
  notes: ReadonlyMap<string, string>;
  /** Why the cart could not be read or saved, in words. */
  trouble: string;
}

export const cartState = observable<CartState>({
  phase: 'unknown',
  cart: null,
  count: 0,
  wishes: new Map(),
  removed: [],
  notes: new Map(),
  trouble: '',
});

/** A line as it is shown: as the shopper wishes it, until the API says otherwise. */
export interface Entry {
  item: CartItem;
  quantity: number;
  isPending: boolean;
  isRemoved: boolean;
}

export const inCart = (cart: Cart | null, variantId: string): boolean =>
  cart?.items.some(({ variant_id }) => variant_id === variantId) ?? false;

/** The lines in order, those just removed among them. */
export function entriesOf({ cart, wishes, removed }: CartState): Entry[] {
  const items = [...(cart?.items ?? [])];
  for (const { item, index } of removed.toSorted((a, b) => a.index - b.index)) {
    if (!inCart(cart, item.variant_id)) items.splice(index, 0, item);
  }
  return items.map((item) => {
    const wish = wishes.get(item.variant_id);
    const quantity = wish ?? (inCart(cart, item.variant_id) ? item.quantity : 0);
    return { item, quantity, isPending: wish !== undefined, isRemoved: quantity === 0 };
  });
}

/** The same map with one entry changed; `undefined` takes it out. */
export function altered<V>(map: ReadonlyMap<string, V>, key: string, value: V | undefined): Map<string, V> {
  const copy = new Map(map);
  if (value === undefined) copy.delete(key);
  else copy.set(key, value);
  return copy;
}

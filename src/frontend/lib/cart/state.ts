// What a page knows of the cart: the API's last answer, and what the shopper wishes on top of it.
import type { Cart, CartItem } from '@/lib/api/cart';
import { observable } from '@/lib/observable';

export interface CartState {
  phase: 'unknown' | 'loading' | 'ready' | 'failed';
  /** `null` when there is none, or none is known yet. */
  cart: Cart | null;
  /** How many things are in it: a hint until the API has answered. */
  count: number;
  /** Quantities that the shopper chose and the API has not confirmed yet; 0 removes the line. */
  wishes: ReadonlyMap<string, number>;
  removed: readonly CartItem[];
  /** The lines in the order in which this page has shown them: what is removed and put back keeps its place. */
  places: readonly string[];
  /** What is to be said at a line. */
  notes: ReadonlyMap<string, string>;
  /** The number of the order that a change on this page cancelled. */
  cancelledOrder: number | null;
  /** Why the cart could not be read or saved, in words. */
  trouble: string;
}

export const cartState = observable<CartState>({
  phase: 'unknown',
  cart: null,
  count: 0,
  wishes: new Map(),
  removed: [],
  places: [],
  notes: new Map(),
  cancelledOrder: null,
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
export function entriesOf({ cart, wishes, removed, places }: CartState): Entry[] {
  const items = [...(cart?.items ?? []), ...removed.filter(({ variant_id }) => !inCart(cart, variant_id))];
  const placed = items.toSorted((a, b) => places.indexOf(a.variant_id) - places.indexOf(b.variant_id));
  return placed.map((item) => {
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

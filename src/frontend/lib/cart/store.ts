// Changes of the cart, one after the other. What the shopper chooses is shown at once; of several choices for one line
// only the last is sent, and never two at a time, so that no answer overtakes another and no choice is lost.
import {
  acknowledgeChanges,
  addItem,
  type Cart,
  type CartItem,
  changeItem,
  readCart,
  removeItem,
} from '@/lib/api/cart';
import { hasCode, inWords, isUnanswered } from '@/lib/api/errors';
import { keepHint } from '@/lib/cart/hint';
import { altered, cartState, inCart } from '@/lib/cart/state';

/** Called when this tab has changed the cart; the tabs beside it want to know. */
let onChange: () => void = () => undefined;
let tail: Promise<unknown> = Promise.resolve();
let reading: Promise<void> | null = null;
const underWay = new Map<string, number>();

export function whenChanged(listener: () => void): void {
  onChange = listener;
}

/** Runs after everything that was asked for before it. */
function inOrder<T>(task: () => Promise<T>): Promise<T> {
  const result = tail.then(task);
  tail = result.catch(() => undefined);
  return result;
}

function accept(cart: Cart | null): void {
  const { removed, wishes, places, cancelledOrder } = cartState.get();
  const isGone = ({ variant_id }: CartItem) => !inCart(cart, variant_id) || wishes.get(variant_id) === 0;
  cartState.set({
    phase: 'ready',
    cart,
    count: cart?.item_count ?? 0,
    removed: cart ? removed.filter(isGone) : [],
    places: [...new Set([...places, ...(cart?.items ?? []).map(({ variant_id }) => variant_id)])],
    // Later answers do not repeat it. A new order of the cart makes it old news.
    cancelledOrder: cart?.pending_order ? null : (cart?.cancelled_order?.number ?? cancelledOrder),
    trouble: '',
  });
  keepHint(cart ? cart.item_count : null);
}

async function read(): Promise<void> {
  try {
    accept(await readCart());
  } catch (error) {
    const { cart } = cartState.get();
    cartState.set({ phase: cart ? 'ready' : 'failed', trouble: inWords(error) });
  }
}

/** Asks the API for the cart, once for all who ask at the same time. Never throws: the state tells. */
export function refresh(): Promise<void> {
  if (cartState.get().phase === 'unknown') cartState.set({ phase: 'loading' });
  reading ??= inOrder(() => {
    reading = null;
    return read();
  });
  return reading;
}

/** Another person's cart: somebody has signed in or out. Nothing that was chosen for the one before is sent to it. */
export async function rejoin(): Promise<void> {
  cartState.set({ wishes: new Map(), removed: [], notes: new Map(), cancelledOrder: null });
  await refresh();
  onChange();
}

/** Shows a cart that was changed by something else than its lines, such as ordering the same again. */
export function adopt(cart: Cart): void {
  accept(cart);
  onChange();
}

/** Puts something into the cart; throws what the API answers instead of taking it. */
export async function add(variantId: string, quantity: number): Promise<void> {
  try {
    await inOrder(async () => accept(await addItem(variantId, quantity)));
    onChange();
  } catch (error) {
    // Whether it was taken is not known, or the cart was not as this page thought.
    await refresh();
    throw error;
  }
}

function put(id: string, quantity: number): Promise<Cart | null> {
  const isThere = inCart(cartState.get().cart, id);
  if (quantity === 0) return isThere ? removeItem(id) : readCart();
  return isThere ? changeItem(id, quantity) : addItem(id, quantity);
}

function drop(id: string, quantity: number): void {
  const { wishes } = cartState.get();
  // A later choice for the same line stays, and is sent next.
  if (wishes.get(id) === quantity) cartState.set({ wishes: altered(wishes, id, undefined) });
}

async function refuse(id: string, quantity: number, error: unknown): Promise<void> {
  const { notes } = cartState.get();
  const said = hasCode(error, 'not_found') ? 'This is no longer in the cart.' : inWords(error);
  cartState.set({ notes: altered(notes, id, said) });
  drop(id, quantity);
  await read();
}

/** Sends what is wished, line by line, until nothing is left or the API does not answer. */
async function fulfil(): Promise<void> {
  for (;;) {
    const [wish] = cartState.get().wishes;
    if (!wish) return;
    const [id, quantity] = wish;
    underWay.set(id, quantity);
    try {
      const cart = await put(id, quantity);
      drop(id, quantity);
      accept(cart);
      onChange();
    } catch (error) {
      if (isUnanswered(error)) {
        cartState.set({ trouble: inWords(error) });
        return;
      }
      await refuse(id, quantity, error);
    } finally {
      underWay.delete(id);
    }
  }
}

export function setQuantity(variantId: string, quantity: number): Promise<void> {
  const { wishes, notes } = cartState.get();
  cartState.set({
    wishes: altered(wishes, variantId, quantity),
    notes: altered(notes, variantId, undefined),
  });
  return inOrder(fulfil);
}

export function removeLine(item: CartItem): Promise<void> {
  const { removed } = cartState.get();
  cartState.set({ removed: [...removed.filter(({ variant_id }) => variant_id !== item.variant_id), item] });
  return setQuantity(item.variant_id, 0);
}

/** The shopper has read which order was cancelled. */
export const dismissCancelledOrder = () => cartState.set({ cancelledOrder: null });

/** Nothing is offered to be undone any more. */
export const forgetRemoved = () => cartState.set({ removed: [] });

export async function acknowledge(): Promise<void> {
  await inOrder(async () => {
    try {
      accept(await acknowledgeChanges());
      onChange();
    } catch (error) {
      cartState.set({ trouble: inWords(error) });
    }
  });
}

/** Sends again what could not be sent, else reads again what could not be read. */
export const retry = () => (cartState.get().wishes.size > 0 ? inOrder(fulfil) : refresh());

/** True when everything that was chosen is saved. */
export async function settled(): Promise<boolean> {
  await tail;
  return cartState.get().wishes.size === 0;
}

/** The page is left: what waits for its turn is sent at once, in requests that outlive the page. */
export function sendRest(): void {
  for (const [id, quantity] of cartState.get().wishes) {
    if (underWay.get(id) !== quantity) void put(id, quantity).catch(() => undefined);
  }
  // The page may come back from the browser's memory: it must not send old choices again.
  cartState.set({ wishes: new Map() });
}

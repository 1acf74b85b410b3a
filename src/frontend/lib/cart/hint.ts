// A hint that this browser has a cart, and how much is in it: scripts cannot read the cookie that says so, and a visitor
// without a cart should cause no request. It may be wrong, so whatever matters asks the API.
import { forget, recall, remember } from '@/lib/storage';

const NAME = 'cart';

/** How many things are probably in the cart; `null` when there is probably none. */
export function hintedCount(): number | null {
  const hint = recall('local', NAME);
  const count = typeof hint === 'object' && hint !== null && 'count' in hint ? hint.count : null;
  return typeof count === 'number' ? count : null;
}

export function keepHint(count: number | null): void {
  if (count === null) forget('local', NAME);
  else remember('local', NAME, { count });
}

// What a cart has to tell, in words.
import type { CartItem } from '@/lib/api/cart';
import { formatMoney } from '@/lib/money';

/** `3 items` */
export const itemCount = (count: number): string => `${count} ${count === 1 ? 'item' : 'items'}`;

/** What is not as it was when the shopper last looked; empty when all is. */
export function changesOf({ changed, unit_price, available_quantity, quantity }: CartItem): string[] {
  const said: string[] = [];
  if (available_quantity === 0) said.push('Sold out since you put it into the cart.');
  else if (changed?.previous_quantity || available_quantity < quantity) {
    const had = changed?.previous_quantity ?? quantity;
    said.push(`Only ${available_quantity} left: you wanted ${had}.`);
  }
  if (changed?.previous_price) {
    said.push(`Now ${formatMoney(unit_price)}: it was ${formatMoney(changed.previous_price)}.`);
  }
  return said;
}

/** What is left of a line, when that is little enough to matter. */
export function scarcity({ availability, available_quantity }: CartItem): string {
  if (availability === 'low_stock') return `Only ${available_quantity} left`;
  return availability === 'backorder' ? 'Made to order: ships when it is made' : '';
}

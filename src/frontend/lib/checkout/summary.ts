// What the summary shows: an order that is placed, or the cart as the destination's prices make it.
import type { Cart, ShippingQuotes } from '@/lib/api/cart';
import type { Order } from '@/lib/api/orders';

/** The lines with the destination's prices, where they are known. */
const linesOf = (cart: Cart, quotes: ShippingQuotes | null) =>
  cart.items.map((item) => ({
    ...item,
    ...quotes?.lines.find(({ variant_id }) => variant_id === item.variant_id),
  }));

export const orderSums = (order: Order) => ({
  subtotal: order.subtotal,
  shipping: order.shipping,
  discount: order.discount,
  taxes: order.taxes,
  pricesIncludeTax: order.prices_include_tax,
  total: order.total,
  refunded: order.refunded,
});

export function summaryOf(
  cart: Cart,
  quotes: ShippingQuotes | null,
  methodId: string | null,
  order: Order | null,
) {
  if (order) return { lines: order.lines, sums: orderSums(order) };
  const method = quotes?.items.find(({ id }) => id === methodId) ?? null;
  return {
    lines: linesOf(cart, quotes),
    sums: {
      subtotal: quotes?.subtotal ?? cart.subtotal,
      shipping: method,
      discount: null,
      taxes: method?.taxes ?? [],
      pricesIncludeTax: quotes?.prices_include_tax ?? true,
      total: method?.total ?? null,
      refunded: null,
    },
  };
}

export type Summary = ReturnType<typeof summaryOf>;

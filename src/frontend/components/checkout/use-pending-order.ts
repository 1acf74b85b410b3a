'use client';
// The order of this cart that waits for its payment, if there is one.
import { useEffect } from 'react';
import type { Cart } from '@/lib/api/cart';
import type { Order } from '@/lib/api/orders';
import { refresh } from '@/lib/cart/store';
import { findOrder, orderPath } from '@/lib/checkout/pay';
import { type Loaded, useLoaded } from '@/lib/use-loaded';

export function usePendingOrder(cart: Cart): Loaded<Order> {
  const number = cart.pending_order?.number;
  const loaded = useLoaded(number === undefined ? null : String(number), () => findOrder(Number(number)));
  const { data } = loaded;

  useEffect(() => {
    if (!data || data.status === 'pending') return;
    // Meanwhile cancelled, expired or paid: the cart knows what comes next.
    if (data.status === 'cancelled') void refresh();
    else window.location.replace(orderPath(data.number));
  }, [data]);

  return data?.status === 'pending' ? loaded : { ...loaded, data: null };
}

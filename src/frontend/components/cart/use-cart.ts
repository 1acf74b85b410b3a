'use client';
// The cart as components see it.
import { useEffect } from 'react';
import { type CartState, cartState } from '@/lib/cart/state';
import { refresh } from '@/lib/cart/store';
import { useObservable } from '@/lib/observable';

export const useCart = (): CartState => useObservable(cartState);

/** For what shows the cart itself: it asks, whatever the hint says. */
export function useFreshCart(): CartState {
  useEffect(() => {
    void refresh();
  }, []);
  return useCart();
}

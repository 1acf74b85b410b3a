'use client';
// An order as the store sees it, asked again while its payment is open: soon at first, then more rarely.
import { useEffect, useRef, useState } from 'react';
import { type Order, readOrder } from '@/lib/api/orders';
import { refresh } from '@/lib/cart/store';
import { forgetDraft } from '@/lib/checkout/draft';
import { keepPaid, recallPaid } from '@/lib/checkout/traces';
import { takeArrival } from '@/lib/orders/arrival';
import { type Loaded, useLoaded } from '@/lib/use-loaded';

const PAUSES_MS = [700, 1000, 1500, 2000, 3000, 5000, 8000, 15_000];
const LONGEST_MS = 30_000;

/** Asks again after a while, as long as the answer may still change by itself. */
function usePolling({ data, error, retry }: Loaded<Order>): void {
  const asked = useRef(0);
  const isOpen = data?.status === 'pending' || data?.payment_status === 'processing';

  // biome-ignore lint/correctness/useExhaustiveDependencies: each answer, also a failed one, is followed by another question.
  useEffect(() => {
    if (!isOpen) return;
    const timer = setTimeout(retry, PAUSES_MS[asked.current++] ?? LONGEST_MS);
    return () => clearTimeout(timer);
  }, [isOpen, data, error]);

  useEffect(() => {
    // Who looks at the page again wants to know how it stands now.
    const look = () => {
      if (document.hidden || !isOpen) return;
      asked.current = 0;
      retry();
    };
    document.addEventListener('visibilitychange', look);
    window.addEventListener('pageshow', look);
    return () => {
      document.removeEventListener('visibilitychange', look);
      window.removeEventListener('pageshow', look);
    };
  }, [isOpen, retry]);
}

/** A paid or cancelled order has changed what the cart is, and what was typed for it is done with. */
function useSettledCart(order: Order | null): void {
  const status = order?.status;
  useEffect(() => {
    if (!status || status === 'pending') return;
    if (status !== 'cancelled') forgetDraft();
    void refresh();
  }, [status]);
}

export function useOrder(number: number) {
  const token = useRef<string | null>(null);
  const [hasFailed, setHasFailed] = useState(false);

  const order = useLoaded(String(number), async () => {
    const arrival = takeArrival();
    token.current ??= arrival.token;
    if (arrival.payment === 'succeeded') keepPaid(number);
    if (arrival.payment === 'failed') setHasFailed(true);
    const found = await readOrder(number, token.current);
    // From here on the cookie stands for it.
    token.current = null;
    return found;
  });
  usePolling(order);
  useSettledCart(order.data);

  const { retry } = order;
  useEffect(() => {
    // The mail's link, opened in a tab that shows the order already, changes nothing but what stands after the `#`.
    window.addEventListener('hashchange', retry);
    return () => window.removeEventListener('hashchange', retry);
  }, [retry]);

  const hasPaid = order.data !== null && recallPaid() === number;
  const isPaying =
    order.data?.payment_status === 'processing' ||
    (order.data?.status === 'pending' && hasPaid && !hasFailed);
  return { order, hasPaid, isPaying, hasFailed };
}

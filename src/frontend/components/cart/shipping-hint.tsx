'use client';
// What shipping costs, as far as it is known: to the country that was typed at checkout, else to the home country.
import { useEffect, useState } from 'react';
import { useCart } from '@/components/cart/use-cart';
import { readShipping, type ShippingQuote } from '@/lib/api/cart';
import { recallDraft } from '@/lib/checkout/draft';
import { formatMoney } from '@/lib/money';

export function ShippingHint({ country }: { country: string }) {
  const { cart } = useCart();
  const [method, setMethod] = useState<ShippingQuote | null>(null);
  const version = cart?.updated_at;

  // biome-ignore lint/correctness/useExhaustiveDependencies: another version of the cart may ship for another price.
  useEffect(() => {
    const request = new AbortController();
    readShipping(recallDraft()?.shipping.country || country, request.signal)
      .then(({ items }) => setMethod(items[0] ?? null))
      // A hint that is not known is not given.
      .catch(() => request.signal.aborted || setMethod(null));
    return () => request.abort();
  }, [country, version]);

  if (!method) return null;
  const isFree = method.price.amount === 0;
  return (
    <span className="mt-1 block">
      {method.name} shipping: {isFree ? 'free' : formatMoney(method.price)}
      {!isFree && method.free_from ? `, free from ${formatMoney(method.free_from)}` : ''}.
    </span>
  );
}

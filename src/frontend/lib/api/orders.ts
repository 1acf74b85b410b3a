// Placing, paying, reading and cancelling orders, asked by the browser.
import { get, post } from '@/lib/api/client';
import type { components } from '@/lib/api/schema';

export type Address = components['schemas']['Address'];
export type Fulfilment = components['schemas']['Fulfilment'];
export type Order = components['schemas']['Order'];
export type OrderEvent = components['schemas']['OrderEvent'];
export type OrderLine = components['schemas']['OrderLine'];
export type PaymentStart = components['schemas']['PaymentStart'];
export type PlaceOrder = components['schemas']['PlaceOrder'];
export type TaxAmount = components['schemas']['Tax'];

/** The bill's address if it is another than the parcel's. */
export function separateBilling({
  shipping_address: shipping,
  billing_address: billing,
}: Order): Address | null {
  const names = Object.keys(shipping) as (keyof Address)[];
  return names.every((name) => shipping[name] === billing[name]) ? null : billing;
}

/** Safe to send again with the same key: the answer is then the same order. */
export async function placeOrder(body: PlaceOrder, key: string): Promise<Order> {
  return post('/api/orders', { body, headers: { 'Idempotency-Key': key } });
}

/** The token of a mail's link is sent once; the answer sets the cookie that stands for it from then on. */
export async function readOrder(number: number, token: string | null = null): Promise<Order> {
  return get('/api/orders/{number}', { path: { number }, headers: token ? { 'Order-Token': token } : {} });
}

/** Safe to repeat: an order has one payment. */
export async function startPayment(number: number): Promise<PaymentStart> {
  return post('/api/orders/{number}/payment', { path: { number } });
}

export async function cancelOrder(number: number): Promise<Order> {
  return post('/api/orders/{number}/cancellation', { path: { number } });
}

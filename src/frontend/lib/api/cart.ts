// The visitor's cart, asked by the browser: the cookie that names it is seen by the API alone.
import { get, patch, post, remove } from '@/lib/api/client';
import { isNotFound } from '@/lib/api/errors';
import type { components } from '@/lib/api/schema';

export type Cart = components['schemas']['Cart'];
export type CartItem = components['schemas']['CartItem'];
export type PendingOrder = components['schemas']['PendingOrder'];
export type ShippingQuote = components['schemas']['ShippingQuote'];
export type ShippingQuotes = components['schemas']['ShippingQuotes'];

const current = { id: 'current' };

/** `null` for a visitor who has none. */
export async function readCart(): Promise<Cart | null> {
  try {
    return await get('/api/carts/{id}', { path: current });
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}

/** Adds to the cart that the browser has, and to a new one only if it has none. */
export async function addItem(variant_id: string, quantity: number): Promise<Cart> {
  const item = { variant_id, quantity };
  try {
    return await post('/api/carts/{id}/items', { path: current, body: item });
  } catch (error) {
    if (!isNotFound(error)) throw error;
    return post('/api/carts', { body: { items: [item] } });
  }
}

export async function changeItem(variant_id: string, quantity: number): Promise<Cart> {
  return patch('/api/carts/{id}/items/{variant_id}', {
    path: { ...current, variant_id },
    body: { quantity },
  });
}

export async function removeItem(variant_id: string): Promise<Cart> {
  return remove('/api/carts/{id}/items/{variant_id}', { path: { ...current, variant_id } });
}

export async function acknowledgeChanges(): Promise<Cart> {
  return post('/api/carts/{id}/acknowledgement', { path: current });
}

export async function readShipping(country: string, signal?: AbortSignal): Promise<ShippingQuotes> {
  return get('/api/carts/{id}/shipping-methods', { path: current, query: { country }, signal });
}

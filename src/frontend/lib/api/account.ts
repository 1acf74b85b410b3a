// What belongs to who is signed in: profile, orders, address book, and a copy or the end of it all.
import { get, patch, post, put, remove } from '@/lib/api/client';
import { isNotFound } from '@/lib/api/errors';
import type { components } from '@/lib/api/schema';

export type Account = components['schemas']['Account'];
export type Export = components['schemas']['Export'];
export type OrderHistory = components['schemas']['OrderHistory'];
export type OrderSummary = components['schemas']['OrderSummary'];
export type Reordered = components['schemas']['Reordered'];
export type Role = components['schemas']['Role'];
export type SaveAddress = components['schemas']['SaveAddress'];
export type SavedAddress = components['schemas']['SavedAddress'];

export const readAccount = (signal?: AbortSignal): Promise<Account> => get('/api/account', { signal });

export const changeName = (name: string): Promise<Account> => patch('/api/account', { body: { name } });

export const listOrders = (cursor?: string): Promise<OrderHistory> =>
  get('/api/account/orders', { query: { cursor } });

export const reorder = (number: number): Promise<Reordered> =>
  post('/api/account/orders/{number}/reorder', { path: { number } });

export async function listAddresses(signal?: AbortSignal): Promise<SavedAddress[]> {
  const { items } = await get('/api/account/addresses', { signal });
  return items;
}

export const addAddress = (body: SaveAddress): Promise<SavedAddress> =>
  post('/api/account/addresses', { body });

export const changeAddress = (id: string, body: SaveAddress): Promise<SavedAddress> =>
  put('/api/account/addresses/{id}', { path: { id }, body });

export const removeAddress = (id: string): Promise<null> =>
  remove('/api/account/addresses/{id}', { path: { id } });

/** `null` when no copy was asked for. */
export async function readExport(signal?: AbortSignal): Promise<Export | null> {
  try {
    return await get('/api/account/export', { signal });
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}

/** Where the copy can be fetched once it is ready. */
export const EXPORT_FILE = '/api/account/export/file';

export const askForExport = (password: string): Promise<Export> =>
  post('/api/account/export', { body: { password } });

export const eraseAccount = (password: string): Promise<null> =>
  post('/api/account/erasure', { body: { password } });

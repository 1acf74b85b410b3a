// Where the store ships to, and how addresses are written there.
import { get } from '@/lib/api/client';
import type { components } from '@/lib/api/schema';

export type AddressField = components['schemas']['AddressField'];
export type Country = components['schemas']['Country'];

export async function listCountries(): Promise<Country[]> {
  const { items } = await get('/api/countries');
  return items;
}

// Where the store ships to, and how addresses are written there.
import type { Schemas } from '@/lib/api/buying-types';
import { get } from '@/lib/api/client';

export type AddressField = Schemas['AddressField'];
export type Country = Schemas['Country'];

export async function listCountries(): Promise<Country[]> {
  const { items } = await get('/api/countries');
  return items;
}

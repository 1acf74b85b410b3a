// Reads what every page needs to know of the store: its name, its currency, who runs it.
import { cache } from 'react';
import type { Schemas } from '@/lib/api/buying-types';
import { get } from '@/lib/api/client';

export type Store = Schemas['Store'];
export type PaymentProvider = Schemas['PaymentProvider'];

export const readStore = cache(async (): Promise<Store> => get('/api/store'));

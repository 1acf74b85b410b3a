// Reads what every page needs to know of the store: its name, its currency, who runs it.
import { cache } from 'react';
import { get } from '@/lib/api/client';
import type { components } from '@/lib/api/schema';

export type Store = components['schemas']['StoreWithPayment'];
export type PaymentProvider = components['schemas']['PaymentProvider'];

export const readStore = cache(async (): Promise<Store> => get('/api/store'));

// What this tab remembers of the order that it placed.
import { recall, remember } from '@/lib/storage';

const PLACED = 'placed-order';
const PAID = 'paid-order';

const number = (value: unknown): number | null => (typeof value === 'number' ? value : null);

export const keepPlaced = (order: number) => remember('session', PLACED, order);
export const recallPlaced = (): number | null => number(recall('session', PLACED));

/** The provider has taken the payment's confirmation: the order's page thanks instead of asking to pay. */
export const keepPaid = (order: number) => remember('session', PAID, order);
export const recallPaid = (): number | null => number(recall('session', PAID));

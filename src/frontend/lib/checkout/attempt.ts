// One key for one order: as long as the same order is sent, the same key goes with it, whatever happens in between.
// A double click, a reload or a lost answer therefore never places it twice.
import type { PlaceOrder } from '@/lib/api/orders';
import { forget, recall, remember } from '@/lib/storage';

const NAME = 'checkout-attempt';

/** 128 random bits; `randomUUID` is not there on plain http. */
const newKey = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');

interface Attempt {
  body: PlaceOrder;
  key: string;
}

/** What was sent and not answered yet. */
export function recallAttempt(): Attempt | null {
  const kept = recall('session', NAME);
  const isAttempt = (value: unknown): value is Attempt =>
    typeof value === 'object' && value !== null && 'body' in value && 'key' in value;
  return isAttempt(kept) ? kept : null;
}

export function keyFor(body: PlaceOrder): string {
  const attempt = recallAttempt();
  if (attempt && JSON.stringify(attempt.body) === JSON.stringify(body)) return attempt.key;
  const key = newKey();
  remember('session', NAME, { body, key });
  return key;
}

/** The order is placed or refused: sending it again is another order. */
export const forgetAttempt = () => forget('session', NAME);

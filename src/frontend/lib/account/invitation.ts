// Who is offered an account after an order need not type again what they have just typed; it goes through no address.
import { recall, remember } from '@/lib/storage';

const NAME = 'invited';

interface Invited {
  email?: string;
  name?: string;
}

export const keepInvited = (invited: Required<Invited>) => remember('session', NAME, invited);

export function recallInvited(): Invited {
  const kept = recall('session', NAME);
  const isInvited = (value: unknown): value is Required<Invited> =>
    typeof value === 'object' &&
    value !== null &&
    'email' in value &&
    typeof value.email === 'string' &&
    'name' in value &&
    typeof value.name === 'string';
  return isInvited(kept) ? kept : {};
}

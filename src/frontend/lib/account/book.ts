// What an account knows that a checkout asks for: the address of mail, and the address book.
import { forgetSignedIn, isProbablySignedIn } from '@/lib/account/hint';
import { listAddresses, readAccount, type SavedAddress } from '@/lib/api/account';
import { isSignedOut } from '@/lib/api/errors';
import type { Address } from '@/lib/api/orders';
import { type AddressDraft, type Draft, typedAddress } from '@/lib/checkout/draft';

export interface Book {
  email: string;
  addresses: SavedAddress[];
}

/** `null` for a guest, who is asked nothing and waits for nothing. An account that cannot be read is typed for, too. */
export async function readBook(): Promise<Book | null> {
  if (!isProbablySignedIn()) return null;
  try {
    const [{ email }, addresses] = await Promise.all([readAccount(), listAddresses()]);
    return { email, addresses };
  } catch (error) {
    if (isSignedOut(error)) forgetSignedIn();
    return null;
  }
}

const filled = (address: AddressDraft): [string, string][] =>
  Object.entries(address).filter(([name, value]) => name !== 'country' && value !== '');

/** Whether an address is the one of the book, however it came to be typed. */
export function isSame(draft: AddressDraft, address: Address): boolean {
  const [a, b] = [filled(draft), filled(typedAddress(address))];
  return (
    draft.country === address.country &&
    a.length === b.length &&
    b.every(([name, value]) => draft[name as keyof AddressDraft] === value)
  );
}

/** What was typed stays; what was not is taken from the book. */
export function prefilled(draft: Draft, book: Book | null): Draft {
  if (!book) return draft;
  const email = draft.email || book.email;
  const shipping = book.addresses.find(({ default_shipping }) => default_shipping);
  const billing = book.addresses.find(({ default_billing }) => default_billing);
  if (filled(draft.shipping).length > 0 || !shipping) return { ...draft, email };
  return {
    ...draft,
    email,
    shipping: typedAddress(shipping.address),
    billing: billing && billing.id !== shipping.id ? typedAddress(billing.address) : null,
  };
}

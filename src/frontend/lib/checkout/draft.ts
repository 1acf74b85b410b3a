// What a shopper has typed at checkout so far: kept in this tab until the order is paid.
import type { AddressField } from '@/lib/api/countries';
import { type Address, type Order, separateBilling } from '@/lib/api/orders';
import { forget, recall, remember } from '@/lib/storage';

export type AddressDraft = { country: string } & Partial<Record<AddressField['name'], string>>;

export interface Draft {
  email: string;
  shipping: AddressDraft;
  /** `null` when the bill goes where the parcel goes. */
  billing: AddressDraft | null;
  methodId: string | null;
}

const NAME = 'checkout';

export const emptyDraft = (country: string): Draft => ({
  email: '',
  shipping: { country },
  billing: null,
  methodId: null,
});

const isDraft = (value: unknown): value is Draft =>
  typeof value === 'object' &&
  value !== null &&
  'email' in value &&
  'shipping' in value &&
  typeof value.shipping === 'object' &&
  value.shipping !== null &&
  'country' in value.shipping;

export function recallDraft(): Draft | null {
  const draft = recall('session', NAME);
  return isDraft(draft) ? draft : null;
}

export const keepDraft = (draft: Draft) => remember('session', NAME, draft);
export const forgetDraft = () => forget('session', NAME);

/** An address as it would have been typed. */
export const typedAddress = (address: Address): AddressDraft => ({
  country: address.country,
  name: address.name,
  company: address.company ?? '',
  line1: address.line1,
  line2: address.line2 ?? '',
  postal_code: address.postal_code ?? '',
  city: address.city,
  region: address.region ?? '',
  phone: address.phone ?? '',
});

/** What was typed for an order, for a tab that does not know it: nothing has to be typed again. */
export function draftOf(order: Order): Draft {
  const billing = separateBilling(order);
  return {
    email: order.email,
    shipping: typedAddress(order.shipping_address),
    billing: billing && typedAddress(billing),
    methodId: null,
  };
}

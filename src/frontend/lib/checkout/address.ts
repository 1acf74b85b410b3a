// Addresses as each country writes them: which fields there are, what is missing, and how they are sent.
import type { AddressField, Country } from '@/lib/api/countries';
import { type FieldError, sentence } from '@/lib/api/errors';
import type { Address } from '@/lib/api/orders';
import type { AddressDraft, Draft } from '@/lib/checkout/draft';

/** What is wrong with a field, by the name that the API gives it: `shipping_address.postal_code`. */
export type FieldErrors = Readonly<Record<string, string>>;

export type AddressPart = 'shipping_address' | 'billing_address' | 'address';

/** HTML's names for what a browser can fill in. */
export const AUTOCOMPLETE: Record<AddressField['name'], string> = {
  name: 'name',
  company: 'organization',
  line1: 'address-line1',
  line2: 'address-line2',
  postal_code: 'postal-code',
  city: 'address-level2',
  region: 'address-level1',
  phone: 'tel',
};

export const fieldsOf = (countries: Country[], code: string): AddressField[] =>
  countries.find((country) => country.code === code)?.fields ?? [];

const typed = (address: AddressDraft, name: AddressField['name']): string => address[name]?.trim() ?? '';

export function missingIn(address: AddressDraft, part: AddressPart, countries: Country[]): FieldErrors {
  const fields = fieldsOf(countries, address.country);
  if (fields.length === 0) return { [`${part}.country`]: 'Choose a country.' };
  const missing = fields.filter(({ name, required }) => required && typed(address, name) === '');
  return Object.fromEntries(missing.map(({ name, label }) => [`${part}.${name}`, `${label} is missing.`]));
}

/** What has not been filled in; whether it is right is for the API to say. */
export function missing({ email, shipping, billing }: Draft, countries: Country[]): FieldErrors {
  return {
    ...(/^\S+@\S+$/.test(email.trim())
      ? {}
      : { email: 'An e-mail address is missing, such as ada@example.com.' }),
    ...missingIn(shipping, 'shipping_address', countries),
    ...(billing ? missingIn(billing, 'billing_address', countries) : {}),
  };
}

/** The API's refusals beside their fields: `must look like 10115` becomes `Postal code must look like 10115.` */
function beside(errors: FieldError[], label: (field: string) => string): FieldErrors {
  return Object.fromEntries(
    errors.map(({ field, message }) => [
      field,
      sentence(/^[a-z]/.test(message) ? `${label(field)} ${message}` : message),
    ]),
  );
}

function labelIn(address: AddressDraft | null, field: string, countries: Country[]): string {
  const [, name] = field.split('.');
  if (name === 'country') return 'The country';
  const fields = fieldsOf(countries, address?.country ?? '');
  return fields.find((candidate) => candidate.name === name)?.label ?? 'This';
}

export function refused(errors: FieldError[], draft: Draft, countries: Country[]): FieldErrors {
  return beside(errors, (field) => {
    if (field === 'email') return 'The e-mail address';
    return labelIn(field.startsWith('billing_address.') ? draft.billing : draft.shipping, field, countries);
  });
}

/** The same for one address by itself. */
export const refusedIn = (errors: FieldError[], address: AddressDraft, countries: Country[]): FieldErrors =>
  beside(errors, (field) => labelIn(address, field, countries));

/** Only what the country asks for is sent. */
export function toAddress(address: AddressDraft, countries: Country[]): Address {
  const names = fieldsOf(countries, address.country).map(({ name }) => name);
  const value = (name: AddressField['name']) => (names.includes(name) ? typed(address, name) : '') || null;
  return {
    name: value('name') ?? '',
    company: value('company'),
    line1: value('line1') ?? '',
    line2: value('line2'),
    postal_code: value('postal_code'),
    city: value('city') ?? '',
    region: value('region'),
    country: address.country,
    phone: value('phone'),
  };
}

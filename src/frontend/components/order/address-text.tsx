// An address as it stands on a parcel.
import type { Country } from '@/lib/api/countries';
import type { Address } from '@/lib/api/orders';

/** The town's line as the country orders it: `10115 Berlin` where the code is asked for first. */
function townLine(address: Address, country: Country | undefined): string {
  const parts = (country?.fields ?? [])
    .map(({ name }) => name)
    .filter((name) => name === 'postal_code' || name === 'city' || name === 'region');
  const order = parts.length > 0 ? parts : (['postal_code', 'city', 'region'] as const);
  return order
    .map((name) => address[name])
    .filter(Boolean)
    .join(' ');
}

export function AddressText({ address, countries }: { address: Address; countries: Country[] }) {
  const country = countries.find(({ code }) => code === address.country);
  const lines = [
    address.name,
    address.company,
    address.line1,
    address.line2,
    townLine(address, country),
    country?.name ?? address.country,
  ];
  return <address className="whitespace-pre-line not-italic">{lines.filter(Boolean).join('\n')}</address>;
}

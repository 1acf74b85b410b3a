// The price filter: two fields in which people type prices as they say them.
import type { Facets } from '@/lib/api/catalog';
import type { Listing } from '@/lib/listing';
import { exponent, toMajor } from '@/lib/money';

interface Props {
  listing: Listing;
  range: Facets['price'];
  currency: string;
}

export function PriceRange({ listing, range, currency }: Props) {
  const fields = [
    { name: 'min_price', label: 'From', value: listing.minPrice, bound: range?.min },
    { name: 'max_price', label: 'To', value: listing.maxPrice, bound: range?.max },
  ];
  const pattern = exponent(currency) > 0 ? `[0-9]{1,9}([.,][0-9]{1,${exponent(currency)}})?` : '[0-9]{1,9}';
  return (
    <fieldset className="min-w-0 py-4">
      <legend className="float-left mb-2 w-full text-small font-[560]">
        Price <span className="font-normal text-muted">in {currency}</span>
      </legend>
      <div className="clear-both grid grid-cols-2 gap-2.5">
        {fields.map(({ name, label, value, bound }) => (
          <label key={name} className="text-small text-muted">
            {label}
            <input
              type="text"
              inputMode="decimal"
              name={name}
              defaultValue={value}
              pattern={pattern}
              title="A price such as 20 or 19.90"
              placeholder={bound ? toMajor(bound.amount, bound.currency) : undefined}
              className="field mt-1 tabular-nums"
            />
          </label>
        ))}
      </div>
    </fieldset>
  );
}

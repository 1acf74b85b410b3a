// The filters as one GET form: real inputs that work without a script, folded away on a phone.
import { FacetGroup } from '@/components/listing/facet-group';
import { PriceRange } from '@/components/listing/price-range';
import { FilterIcon } from '@/components/ui/icons';
import type { Facets } from '@/lib/api/catalog';
import type { Listing } from '@/lib/listing';

interface Props {
  listing: Listing;
  facets?: Facets | null;
  currency: string;
}

function selectedCount(listing: Listing): number {
  const single = [listing.available, listing.minPrice || listing.maxPrice, listing.category];
  return listing.options.length + listing.vendors.length + single.filter(Boolean).length;
}

export function Filters({ listing, facets, currency }: Props) {
  const count = selectedCount(listing);
  return (
    <form
      id="filters"
      action={listing.path}
      method="get"
      aria-label="Filters"
      // A browser that restores old ticks on "back" would show filters that the list does not have.
      autoComplete="off"
    >
      {listing.q ? <input type="hidden" name="q" value={listing.q} /> : null}
      <details className="always-open group">
        <summary className="button button-plain w-full justify-between! lg:w-auto">
          <span className="flex items-center gap-2.5">
            <FilterIcon />
            Filters
          </span>
          <span className="detail">{count > 0 ? `${count} chosen` : 'None chosen'}</span>
        </summary>
        <p className="sr-only">On wide screens the list follows each choice at once.</p>
        <div className="divide-y divide-line border-b border-line max-lg:mt-2 lg:border-t">
          {facets ? <Groups listing={listing} facets={facets} currency={currency} /> : null}
        </div>
        <div className="py-4 lg:hidden lg:scriptless:block">
          <button type="submit" className="button w-full">
            Apply filters
          </button>
        </div>
      </details>
    </form>
  );
}

function Groups({ listing, facets, currency }: Props & { facets: Facets }) {
  const categories = facets.categories.map(({ slug, name, count }) => ({ value: slug, label: name, count }));
  const isSearch = listing.path === '/search';
  return (
    <>
      {isSearch && categories.length > 1 ? (
        <FacetGroup
          title="Category"
          name="category"
          kind="radio"
          values={categories}
          selected={[listing.category]}
        />
      ) : null}
      {facets.available > 0 || listing.available ? (
        <FacetGroup
          title="Availability"
          name="available"
          values={[{ value: 'true', label: 'Can be bought now', count: facets.available }]}
          selected={listing.available ? ['true'] : []}
        />
      ) : null}
      <PriceRange listing={listing} range={facets.price} currency={currency} />
      {facets.options.map(({ name, values }) => (
        <FacetGroup
          key={name}
          title={name}
          name="option"
          values={values.map(({ value, count }) => ({ value: `${name}:${value}`, label: value, count }))}
          selected={listing.options}
        />
      ))}
      {facets.vendors.length > 1 || listing.vendors.length > 0 ? (
        <FacetGroup
          title="Made by"
          name="vendor"
          values={facets.vendors.map(({ value, count }) => ({ value, label: value, count }))}
          selected={listing.vendors}
        />
      ) : null}
    </>
  );
}

// The order of a list; part of the filters' form although it stands above the products.
import { type Listing, SORTS, type Sort } from '@/lib/listing';

export function SortSelect({ listing }: { listing: Listing }) {
  const usual: Sort = listing.q ? 'relevance' : 'newest';
  const choices = Object.entries(SORTS).filter(([sort]) => sort !== 'relevance' || listing.q);
  return (
    <div className="flex items-center gap-2">
      <label className="flex items-center gap-3 text-small whitespace-nowrap">
        <span className="text-muted">Sort by</span>
        <select
          name="sort"
          form="filters"
          // The usual order has no value, so that it leaves no trace in the address.
          defaultValue={listing.sort === usual ? '' : (listing.sort ?? '')}
          autoComplete="off"
          className="field select text-small!"
        >
          {choices.map(([sort, label]) => (
            <option key={sort} value={sort === usual ? '' : sort}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <button type="submit" form="filters" className="button button-plain hidden scriptless:inline-flex">
        Sort
      </button>
    </div>
  );
}

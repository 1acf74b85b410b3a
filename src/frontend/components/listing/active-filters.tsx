// What a list is narrowed by, as chips; each is a link to the list without it.
import { CrossIcon } from '@/components/ui/icons';
import { isFiltered, type Listing, listingHref, withChange, withoutFilters } from '@/lib/listing';
import { formatBound, toMinor } from '@/lib/money';

interface Chip {
  label: string;
  without: Partial<Listing>;
}

function chips(listing: Listing, currency: string): Chip[] {
  const bound = (typed: string) => formatBound(toMinor(typed, currency) ?? 0, currency);
  const found: Chip[] = [];
  if (listing.category)
    found.push({ label: `In ${listing.category.replaceAll('-', ' ')}`, without: { category: '' } });
  if (listing.available) found.push({ label: 'Can be bought now', without: { available: false } });
  if (listing.minPrice) found.push({ label: `From ${bound(listing.minPrice)}`, without: { minPrice: '' } });
  if (listing.maxPrice) found.push({ label: `Up to ${bound(listing.maxPrice)}`, without: { maxPrice: '' } });
  for (const option of listing.options) {
    const options = listing.options.filter((other) => other !== option);
    found.push({ label: option.replace(':', ': '), without: { options } });
  }
  for (const vendor of listing.vendors) {
    found.push({ label: vendor, without: { vendors: listing.vendors.filter((other) => other !== vendor) } });
  }
  return found;
}

export function ActiveFilters({ listing, currency }: { listing: Listing; currency: string }) {
  if (!isFiltered(listing)) return null;
  return (
    <ul aria-label="Active filters" className="mb-6 flex flex-wrap items-center gap-2">
      {chips(listing, currency).map(({ label, without }) => (
        <li key={label}>
          <a
            href={listingHref(withChange(listing, without))}
            className="inline-flex min-h-8 items-center gap-2 rounded-full border border-line bg-surface py-1 pr-2.5 pl-3.5 text-small hover:border-ink focus-visible:rounded-full"
          >
            <span className="sr-only">Remove filter: </span>
            {label}
            <CrossIcon className="size-3" />
          </a>
        </li>
      ))}
      <li>
        <a
          href={listingHref(withoutFilters(listing))}
          className="quiet-link ml-1 inline-flex min-h-8 items-center text-small"
        >
          Clear all
        </a>
      </li>
    </ul>
  );
}

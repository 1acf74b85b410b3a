// A listing's state lives in its address and nowhere else: read it, write it, hand it to the API.
import type { ProductQuery } from '@/lib/api/catalog';
import { toMinor } from '@/lib/money';

export type SearchParams = Record<string, string | string[] | undefined>;
export type Sort = NonNullable<ProductQuery['sort']>;

/** Prices are written as people write them, in major units: `min_price=19.90`. */
export interface Listing {
  /** Where the listing lives, `/search` or `/categories/mugs`. */
  path: string;
  q: string;
  category: string;
  vendors: string[];
  options: string[];
  available: boolean;
  minPrice: string;
  maxPrice: string;
  sort: Sort | null;
  cursor: string;
}

export const SORTS: Record<Sort, string> = {
  relevance: 'Best match',
  newest: 'Newest first',
  price_asc: 'Price, low to high',
  price_desc: 'Price, high to low',
};

const all = (value: string | string[] | undefined): string[] =>
  [value ?? []].flat().filter((item) => item !== '');
const one = (value: string | string[] | undefined): string => (all(value)[0] ?? '').trim();

function isSort(value: string): value is Sort {
  return Object.hasOwn(SORTS, value);
}

/** Takes what it knows from an address; anything else in it (`utm_source`) is nobody's business here. */
export function readListing(path: string, params: SearchParams): Listing {
  const sort = one(params.sort);
  return {
    path,
    q: one(params.q),
    category: one(params.category),
    vendors: [...new Set(all(params.vendor))],
    options: [...new Set(all(params.option))],
    available: one(params.available) === 'true',
    minPrice: one(params.min_price),
    maxPrice: one(params.max_price),
    sort: isSort(sort) ? sort : null,
    cursor: one(params.cursor),
  };
}

/** The address of a listing; the same state always has the same address. */
export function listingHref(listing: Listing): string {
  const pairs: [string, string][] = [
    ['q', listing.q],
    ['category', listing.category],
    ...listing.options.map((option): [string, string] => ['option', option]),
    ...listing.vendors.map((vendor): [string, string] => ['vendor', vendor]),
    ['available', listing.available ? 'true' : ''],
    ['min_price', listing.minPrice],
    ['max_price', listing.maxPrice],
    ['sort', listing.sort ?? ''],
    ['cursor', listing.cursor],
  ];
  const query = new URLSearchParams(pairs.filter(([, value]) => value !== ''));
  return query.size > 0 ? `${listing.path}?${query}` : listing.path;
}

/** The same listing with something changed, from its first page: a cursor belongs to the filters it was made with. */
export function withChange(listing: Listing, change: Partial<Listing>): Listing {
  return { ...listing, cursor: '', ...change };
}

/** The listing without any filter; what was searched for stays. */
export function withoutFilters({ path, q, sort }: Listing): Listing {
  return { ...readListing(path, {}), q, sort };
}

export function isFiltered({ vendors, options, available, minPrice, maxPrice, category }: Listing): boolean {
  return (
    vendors.length + options.length > 0 ||
    available ||
    [minPrice, maxPrice, category].some((text) => text !== '')
  );
}

/** True for the one form of a listing that search engines should know. */
export function isCanonical(listing: Listing): boolean {
  return !isFiltered(listing) && listing.sort === null && listing.cursor === '' && listing.q === '';
}

/** What the API is asked for; `null` when a typed price is none in the store's currency. */
export function listingQuery(listing: Listing, currency: string): ProductQuery | null {
  const min = listing.minPrice === '' ? undefined : toMinor(listing.minPrice, currency);
  const max = listing.maxPrice === '' ? undefined : toMinor(listing.maxPrice, currency);
  if (min === null || max === null) return null;
  return {
    q: listing.q || undefined,
    category: listing.category || undefined,
    vendor: listing.vendors,
    option: listing.options,
    available: listing.available || undefined,
    min_price: min,
    max_price: max,
    sort: listing.sort ?? undefined,
    cursor: listing.cursor || undefined,
    facets: true,
  };
}

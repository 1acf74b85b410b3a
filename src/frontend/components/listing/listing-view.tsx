// A list of products with its filters, sort and pages: the same on category pages, in search and for all products.
import type { ReactNode } from 'react';
import { ProductGrid } from '@/components/catalog/product-grid';
import { ActiveFilters } from '@/components/listing/active-filters';
import { AutoSubmit } from '@/components/listing/auto-submit';
import { Filters } from '@/components/listing/filters';
import { Pages } from '@/components/listing/pages';
import { SortSelect } from '@/components/listing/sort-select';
import { Notice } from '@/components/ui/notice';
import type { ProductList } from '@/lib/api/catalog';
import { isFiltered, type Listing, listingHref, withoutFilters } from '@/lib/listing';

interface Props {
  listing: Listing;
  /** `null` when the API refused the filters. */
  result: ProductList | null;
  currency: string;
  /** A way out for an empty list that is not the filters' fault. */
  children?: ReactNode;
}

const countOf = (total: number): string => (total === 1 ? '1 product' : `${total} products`);

export function ListingView({ listing, result, currency, children }: Props) {
  if (!result) return <Refused listing={listing} />;
  const isEmpty = result.items.length === 0;
  if (isEmpty && !isFiltered(listing)) return <Empty listing={listing}>{children}</Empty>;
  return (
    <div className="lg:grid lg:grid-cols-[14rem_minmax(0,1fr)] lg:gap-x-12 xl:grid-cols-[16rem_minmax(0,1fr)] xl:gap-x-16">
      <Filters listing={listing} facets={result.facets} currency={currency} />
      <section aria-label="Products" className="max-lg:mt-4">
        <div className="mb-5 flex min-h-11 flex-wrap items-center justify-between gap-x-6 gap-y-3">
          <p className="detail text-muted">{countOf(result.total)}</p>
          <SortSelect listing={listing} />
        </div>
        <ActiveFilters listing={listing} currency={currency} />
        {isEmpty ? (
          <Empty listing={listing}>{children}</Empty>
        ) : (
          <ProductGrid products={result.items} columns={3} eager={2} heading="h2" />
        )}
        <Pages listing={listing} shown={result.items.length} total={result.total} next={result.next_cursor} />
      </section>
      <AutoSubmit form="filters" announcement={countOf(result.total)} />
    </div>
  );
}

function Refused({ listing }: { listing: Listing }) {
  return (
    <Notice heading="h2" title="These filters cannot be read">
      <p>Part of the address does not fit this list. A price may be mistyped, or the link may be old.</p>
      <p className="mt-8">
        <a href={listingHref(withoutFilters(listing))} className="button">
          Show the list without filters
        </a>
      </p>
    </Notice>
  );
}

function Empty({ listing, children }: { listing: Listing; children?: ReactNode }) {
  const filtered = isFiltered(listing);
  const plain = listing.q ? 'Nothing found' : 'Nothing here yet';
  return (
    <Notice heading="h2" title={filtered ? 'Nothing fits all of these filters' : plain}>
      <p>
        {filtered
          ? 'Take one of them away, or start again from the whole list.'
          : 'It may go by another name.'}
      </p>
      <p className="mt-8">
        <a href={filtered ? listingHref(withoutFilters(listing)) : '/products'} className="button">
          {filtered ? 'Clear all filters' : 'Browse everything'}
        </a>
      </p>
      {children}
    </Notice>
  );
}

// The answer to a search: the products, and the word that was searched for when the typed one is in none.
import type { Metadata } from 'next';
import { ListingView } from '@/components/listing/listing-view';
import { listCategories } from '@/lib/api/catalog';
import { readStore } from '@/lib/api/store';
import { readListing, type SearchParams } from '@/lib/listing';
import { loadListing } from '@/lib/load-listing';
import { absolute, categoryPath } from '@/lib/urls';

interface Props {
  searchParams: Promise<SearchParams>;
}

const PATH = '/search';

export async function generateMetadata({ searchParams }: Props): Promise<Metadata> {
  const { q } = readListing(PATH, await searchParams);
  return {
    title: q ? `Search: ${q}` : 'Search',
    alternates: { canonical: absolute(PATH) },
    robots: { index: false, follow: true },
  };
}

export default async function SearchPage({ searchParams }: Props) {
  const listing = readListing(PATH, await searchParams);
  const [store, categories] = await Promise.all([readStore(), listCategories()]);
  const result = await loadListing(listing, store.currency);
  return (
    <div className="page pt-6 lg:pt-10">
      <p className="detail text-muted">Search</p>
      <h1 className="mt-3 text-h1 wrap-anywhere">{listing.q ? `“${listing.q}”` : 'All products'}</h1>
      {result?.correction ? (
        <p className="mt-3 text-lead text-muted">
          Nothing is called that. Showing results for{' '}
          <strong className="text-ink">{result.correction}</strong>.
        </p>
      ) : null}
      <div className="mt-6 lg:mt-10">
        <ListingView listing={listing} result={result} currency={store.currency}>
          <p className="mt-8 text-body">Or look into a department:</p>
          <ul className="mt-3 flex flex-wrap gap-x-6 gap-y-1 text-body">
            {categories
              .filter(({ depth }) => depth === 0)
              .map(({ slug, name }) => (
                <li key={slug}>
                  <a
                    href={categoryPath(slug)}
                    className="quiet-link inline-flex min-h-8 items-center text-ink"
                  >
                    {name}
                  </a>
                </li>
              ))}
          </ul>
        </ListingView>
      </div>
    </div>
  );
}

// Everything there is, in one list.
import type { Metadata } from 'next';
import { ListingView } from '@/components/listing/listing-view';
import { Breadcrumbs } from '@/components/ui/breadcrumbs';
import { readStore } from '@/lib/api/store';
import { isCanonical, readListing, type SearchParams } from '@/lib/listing';
import { loadListing } from '@/lib/load-listing';
import { absolute } from '@/lib/urls';

interface Props {
  searchParams: Promise<SearchParams>;
}

const PATH = '/products';

const read = (params: SearchParams) => ({ ...readListing(PATH, params), q: '', category: '' });

export async function generateMetadata({ searchParams }: Props): Promise<Metadata> {
  const { name } = await readStore();
  const description = `Everything that ${name} sells, from hoodies to stickers.`;
  return {
    title: 'All products',
    description,
    alternates: { canonical: absolute(PATH) },
    robots: isCanonical(read(await searchParams)) ? undefined : { index: false, follow: true },
    openGraph: { title: 'All products', description, url: absolute(PATH), siteName: name, type: 'website' },
  };
}

export default async function ProductsPage({ searchParams }: Props) {
  const listing = read(await searchParams);
  const { currency } = await readStore();
  const result = await loadListing(listing, currency);
  return (
    <div className="page pt-6 lg:pt-8">
      <Breadcrumbs
        trail={[
          { name: 'Home', path: '/' },
          { name: 'All products', path: PATH },
        ]}
      />
      <h1 className="mt-4 mb-6 text-h1 lg:mb-10">All products</h1>
      <ListingView listing={listing} result={result} currency={currency} />
    </div>
  );
}

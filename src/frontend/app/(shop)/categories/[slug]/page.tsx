// A category: where it stands, what it divides into, and its products with filters.
import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { ListingView } from '@/components/listing/listing-view';
import { Subcategories } from '@/components/listing/subcategories';
import { JsonLd } from '@/components/seo/json-ld';
import { Breadcrumbs, type Crumb } from '@/components/ui/breadcrumbs';
import { type Category, listCategories } from '@/lib/api/catalog';
import { readStore } from '@/lib/api/store';
import { isCanonical, readListing, type SearchParams } from '@/lib/listing';
import { loadListing } from '@/lib/load-listing';
import { previewPicture } from '@/lib/pictures';
import { breadcrumbList } from '@/lib/structured-data';
import { absolute, categoryPath } from '@/lib/urls';

interface Props {
  params: Promise<{ slug: string }>;
  searchParams: Promise<SearchParams>;
}

async function find({ params }: Props): Promise<{ category: Category; categories: Category[] }> {
  const { slug } = await params;
  const categories = await listCategories();
  const category = categories.find((candidate) => candidate.slug === decodeURIComponent(slug));
  return category ? { category, categories } : notFound();
}

/** The address speaks for itself: a category page has no `q` and no second category. */
const read = async (category: Category, { searchParams }: Props) => ({
  ...readListing(categoryPath(category.slug), await searchParams),
  q: '',
  category: '',
});

function trailOf(category: Category, categories: Category[]): Crumb[] {
  const parent = categories.find(({ slug }) => slug === category.parent);
  const before = parent ? trailOf(parent, categories) : [{ name: 'Home', path: '/' }];
  return [...before, { name: category.name, path: categoryPath(category.slug) }];
}

export async function generateMetadata(props: Props): Promise<Metadata> {
  const { category } = await find(props);
  const store = await readStore();
  const url = absolute(categoryPath(category.slug));
  const description = `${category.name} from ${store.name}: ${category.product_count} products.`;
  const preview = previewPicture(category.picture ?? undefined);
  return {
    title: category.name,
    description,
    alternates: { canonical: url },
    robots: isCanonical(await read(category, props)) ? undefined : { index: false, follow: true },
    openGraph: {
      title: category.name,
      description,
      url,
      siteName: store.name,
      type: 'website',
      images: preview ? [{ ...preview, url: absolute(preview.url) }] : undefined,
    },
  };
}

export default async function CategoryPage(props: Props) {
  const { category, categories } = await find(props);
  const listing = await read(category, props);
  const { currency } = await readStore();
  const result = await loadListing(listing, currency, category.slug);
  const trail = trailOf(category, categories);
  return (
    <div className="page pt-6 lg:pt-8">
      <Breadcrumbs trail={trail} />
      <h1 className="mt-4 text-h1">{category.name}</h1>
      <Subcategories of={category} categories={categories} />
      <div className="mt-6 lg:mt-10">
        <ListingView listing={listing} result={result} currency={currency} />
      </div>
      <JsonLd data={breadcrumbList(trail)} />
    </div>
  );
}

// The home page: the scene, what is new, the departments, and two rows that the catalogue itself suggests.
import type { Metadata } from 'next';
import { ProductGrid } from '@/components/catalog/product-grid';
import { CategoryTiles } from '@/components/home/category-tiles';
import { Hero } from '@/components/home/hero';
import { JsonLd } from '@/components/seo/json-ld';
import { Section } from '@/components/ui/section';
import { type Category, listCategories, listProducts } from '@/lib/api/catalog';
import { readStore } from '@/lib/api/store';
import { formatBound, toMinor } from '@/lib/money';
import { webSite } from '@/lib/structured-data';
import { absolute, categoryPath } from '@/lib/urls';

/** Small things for the end of the page, and for somebody else's desk. */
const SMALL_PRICE = '20';

export async function generateMetadata(): Promise<Metadata> {
  const store = await readStore();
  const title = `${store.name} – gear for people who ship software`;
  const description = `Hoodies, mugs, desk mats, keyboards, notebooks and posters from ${store.name}, for people who ship software.`;
  return {
    title: { absolute: title },
    description,
    alternates: { canonical: absolute('/') },
    openGraph: {
      title,
      description,
      url: absolute('/'),
      siteName: store.name,
      type: 'website',
      images: [{ url: absolute('/hero/hero-light-1280w.webp'), width: 1280, height: 720 }],
    },
  };
}

/** The department with the most to show. */
const largest = (roots: Category[]): Category | undefined =>
  roots.toSorted((a, b) => b.product_count - a.product_count)[0];

export default async function HomePage() {
  const [store, categories] = await Promise.all([readStore(), listCategories()]);
  const roots = categories.filter(({ depth }) => depth === 0);
  const featured = largest(roots);
  const small = toMinor(SMALL_PRICE, store.currency) ?? undefined;
  const [fresh, row, little] = await Promise.all([
    listProducts({ sort: 'newest', available: true, limit: 8 }),
    listProducts({ category: featured?.slug, available: true, limit: 4 }),
    listProducts({ max_price: small, sort: 'price_desc', available: true, limit: 4 }),
  ]);
  return (
    <>
      <Hero />
      <Section id="new" title="New arrivals" more={{ href: '/products', label: 'All products' }}>
        <ProductGrid products={fresh.items} />
      </Section>
      <Section id="departments" title="Departments">
        <CategoryTiles categories={roots} />
      </Section>
      {featured && row.items.length > 0 ? (
        <Section
          id="featured"
          title={featured.name}
          more={{ href: categoryPath(featured.slug), label: `All ${row.total}` }}
        >
          <ProductGrid products={row.items} />
        </Section>
      ) : null}
      {small && little.items.length > 0 ? (
        <Section
          id="little"
          title={`Little things up to ${formatBound(small, store.currency)}`}
          more={{ href: `/products?max_price=${SMALL_PRICE}`, label: `All ${little.total}` }}
        >
          <ProductGrid products={little.items} />
        </Section>
      ) : null}
      <JsonLd data={webSite(store)} />
    </>
  );
}

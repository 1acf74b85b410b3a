// A product: its pictures and choices, what it is made of, and what stands beside it on the shelf.
import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { ProductGrid } from '@/components/catalog/product-grid';
import { ProductView } from '@/components/product/product-view';
import { Promises } from '@/components/product/promises';
import { JsonLd } from '@/components/seo/json-ld';
import { Breadcrumbs } from '@/components/ui/breadcrumbs';
import { Section } from '@/components/ui/section';
import { listProducts, type Product, type ProductCard, readProduct } from '@/lib/api/catalog';
import { readStore } from '@/lib/api/store';
import { previewPicture } from '@/lib/pictures';
import { breadcrumbList, productData } from '@/lib/structured-data';
import { absolute, categoryPath, productPath } from '@/lib/urls';
import { initialVariant } from '@/lib/variants';

interface Props {
  params: Promise<{ slug: string }>;
  searchParams: Promise<{ variant?: string | string[] }>;
}

const RELATED = 4;

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const [product, store] = await Promise.all([
    readProduct(decodeURIComponent((await params).slug)),
    readStore(),
  ]);
  const url = absolute(productPath(product.slug));
  const title = product.seo.title ?? product.title;
  const description = product.seo.description ?? undefined;
  const preview = previewPicture(product.pictures[0]);
  return {
    title: product.seo.title ? { absolute: product.seo.title } : product.title,
    description,
    alternates: { canonical: url },
    openGraph: {
      title,
      description,
      url,
      siteName: store.name,
      type: 'website',
      images: preview
        ? [
            {
              url: absolute(preview.url),
              width: preview.width,
              height: preview.height,
              alt: product.pictures[0]?.alt,
            },
          ]
        : undefined,
    },
  };
}

async function readRelated(product: Product): Promise<ProductCard[]> {
  const category = product.categories.at(-1);
  if (!category) return [];
  const { items } = await listProducts({ category: category.slug, available: true, limit: RELATED + 1 });
  return items.filter(({ id }) => id !== product.id).slice(0, RELATED);
}

const trailOf = ({ categories, title, slug }: Product) => [
  { name: 'Home', path: '/' },
  ...categories.map((category) => ({ name: category.name, path: categoryPath(category.slug) })),
  { name: title, path: productPath(slug) },
];

export default async function ProductPage({ params, searchParams }: Props) {
  const product = await readProduct(decodeURIComponent((await params).slug));
  const [store, related] = await Promise.all([readStore(), readRelated(product)]);
  const initial = initialVariant(product.variants, [(await searchParams).variant ?? []].flat()[0]);
  if (!initial) notFound();
  const { slug, title, vendor, pictures, options, variants } = product;
  const trail = trailOf(product);
  const category = product.categories.at(-1);
  return (
    <>
      <div className="page pt-6 lg:pt-8">
        <Breadcrumbs trail={trail} />
        <div className="mt-5">
          <ProductView
            // Another address of the same product is another page: the chosen variant starts anew.
            key={initial.id}
            product={{ slug, title, vendor, pictures, options, variants }}
            initial={initial}
            heading={<h1 className="text-h1">{title}</h1>}
          >
            <Promises taxIncluded={store.prices_include_tax} />
            <div
              className="prose mb-8"
              // biome-ignore lint/security/noDangerouslySetInnerHtml: the API sanitises descriptions before it stores them.
              dangerouslySetInnerHTML={{ __html: product.description_html }}
            />
          </ProductView>
        </div>
      </div>
      {category && related.length > 0 ? (
        <Section
          id="related"
          title={`More ${category.name}`}
          more={{ href: categoryPath(category.slug), label: 'See all' }}
        >
          <ProductGrid products={related} />
        </Section>
      ) : null}
      <JsonLd data={productData(product)} />
      <JsonLd data={breadcrumbList(trail)} />
    </>
  );
}

// Structured data as schema.org names it: who sells, what is sold, where a page stands.
import type { Availability, Product, Variant } from '@/lib/api/catalog';
import type { Store } from '@/lib/api/store';
import { toMajor } from '@/lib/money';
import { previewPicture } from '@/lib/pictures';
import { absolute, productPath, variantPath } from '@/lib/urls';

const CONTEXT = 'https://schema.org';

const AVAILABILITY: Record<Availability, string> = {
  in_stock: `${CONTEXT}/InStock`,
  low_stock: `${CONTEXT}/LimitedAvailability`,
  backorder: `${CONTEXT}/BackOrder`,
  out_of_stock: `${CONTEXT}/OutOfStock`,
};

export function organization(store: Store) {
  return {
    '@context': CONTEXT,
    '@type': 'Organization',
    '@id': absolute('/#organization'),
    name: store.name,
    legalName: store.legal_name ?? undefined,
    url: absolute('/'),
    logo: absolute('/icon.svg'),
    email: store.contact_email ?? undefined,
    address: store.legal_address ?? undefined,
  };
}

export function webSite(store: Store) {
  return {
    '@context': CONTEXT,
    '@type': 'WebSite',
    name: store.name,
    url: absolute('/'),
    publisher: { '@id': absolute('/#organization') },
    potentialAction: {
      '@type': 'SearchAction',
      target: { '@type': 'EntryPoint', urlTemplate: `${absolute('/search')}?q={search_term_string}` },
      'query-input': 'required name=search_term_string',
    },
  };
}

export function breadcrumbList(trail: { name: string; path: string }[]) {
  return {
    '@context': CONTEXT,
    '@type': 'BreadcrumbList',
    itemListElement: trail.map(({ name, path }, index) => ({
      '@type': 'ListItem',
      position: index + 1,
      name,
      item: absolute(path),
    })),
  };
}

function offer(product: Product, variant: Variant) {
  return {
    '@type': 'Offer',
    sku: variant.sku ?? undefined,
    gtin: variant.barcode ?? undefined,
    url: absolute(variantPath(product.slug, variant)),
    price: toMajor(variant.price.amount, variant.price.currency),
    priceCurrency: variant.price.currency,
    availability: AVAILABILITY[variant.availability],
    seller: { '@id': absolute('/#organization') },
  };
}

export function productData(product: Product) {
  return {
    '@context': CONTEXT,
    '@type': 'Product',
    name: product.title,
    description: product.seo.description ?? undefined,
    brand: product.vendor ? { '@type': 'Brand', name: product.vendor } : undefined,
    sku: product.variants[0]?.sku ?? undefined,
    category: product.categories.map(({ name }) => name).join(' > ') || undefined,
    image: product.pictures
      .map(previewPicture)
      .flatMap((picture) => (picture ? [absolute(picture.url)] : [])),
    url: absolute(productPath(product.slug)),
    offers: product.variants.map((variant) => offer(product, variant)),
  };
}

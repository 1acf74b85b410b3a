// Addresses of pages, relative for links and absolute for what leaves the site.
import type { Variant } from '@/lib/api/catalog';

/** Canonical addresses, previews and structured data are absolute; the Host header is never trusted for them. */
export function absolute(path: string): string {
  return new URL(path, process.env.PUBLIC_URL ?? 'http://localhost:8080').toString();
}

export const productPath = (slug: string): string => `/products/${encodeURIComponent(slug)}`;

/** What names a variant in an address: people may read an SKU, and where there is none its id will do. */
export const variantName = ({ sku, id }: Variant): string => sku ?? id;

export const variantPath = (slug: string, variant: Variant): string =>
  `${productPath(slug)}?${new URLSearchParams({ variant: variantName(variant) })}`;

/** The page of what a line of a cart or an order holds. */
export const linePath = (line: { product_slug: string; sku: string | null; variant_id: string }): string =>
  `${productPath(line.product_slug)}?${new URLSearchParams({ variant: line.sku ?? line.variant_id })}`;

export const categoryPath = (slug: string): string => `/categories/${encodeURIComponent(slug)}`;
export const searchPath = (q: string): string => `/search?${new URLSearchParams({ q })}`;

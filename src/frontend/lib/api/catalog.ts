// Reads of the catalogue, and the names its shapes go by in the storefront.
import { notFound } from 'next/navigation';
import { cache } from 'react';
import { get } from '@/lib/api/client';
import { isNotFound } from '@/lib/api/errors';
import type { components, paths } from '@/lib/api/schema';

export type Money = components['schemas']['Money'];
export type Picture = components['schemas']['Picture'];
export type Availability = components['schemas']['Availability'];
export type ProductCard = components['schemas']['ProductCard'];
export type ProductList = components['schemas']['ProductList'];
export type Product = components['schemas']['Product'];
export type Variant = components['schemas']['Variant'];
export type Facets = components['schemas']['Facets'];
export type Category = components['schemas']['Category'];
export type ProductQuery = NonNullable<paths['/api/products']['get']['parameters']['query']>;

export async function listProducts(query: ProductQuery): Promise<ProductList> {
  return get('/api/products', { query });
}

/** `cache` remembers for one render only: the page and its metadata share one request. */
export const readProduct = cache(async (slug: string): Promise<Product> => {
  try {
    return await get('/api/products/{slug}', { path: { slug } });
  } catch (error) {
    if (isNotFound(error)) notFound();
    throw error;
  }
});

export const listCategories = cache(async (): Promise<Category[]> => {
  const { items } = await get('/api/categories');
  return items;
});

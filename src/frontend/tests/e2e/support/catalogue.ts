// What the tests need to know of the catalogue, asked from the API, so that they hold for any catalogue.
import type { APIRequestContext, Page } from '@playwright/test';
import type { components } from '../../../lib/api/schema';

export type Product = components['schemas']['Product'];
export type ProductList = components['schemas']['ProductList'];
export type Category = components['schemas']['Category'];

/** The item at a place where the test needs one. */
export function at<T>(items: T[], index: number): T {
  const item = items[index];
  if (item === undefined) throw new Error(`There is no item ${index} among ${items.length}.`);
  return item;
}

async function read<T>(api: APIRequestContext, path: string): Promise<T> {
  const response = await api.get(path);
  if (!response.ok()) throw new Error(`${path}: ${response.status()}`);
  return response.json();
}

export async function listProducts(api: APIRequestContext, query = ''): Promise<ProductList> {
  return read(api, `/api/products?${query}`);
}

export async function readProduct(api: APIRequestContext, slug: string): Promise<Product> {
  return read(api, `/api/products/${slug}`);
}

/** The first product that fits; a catalogue without one cannot show what a test is about. */
export async function findProduct(
  api: APIRequestContext,
  what: string,
  fits: (product: Product) => boolean,
): Promise<Product> {
  const { items } = await listProducts(api, 'limit=100');
  for (const { slug } of items) {
    const product = await readProduct(api, slug);
    if (fits(product)) return product;
  }
  throw new Error(`The catalogue has no product ${what}.`);
}

/** A category with subcategories and enough in it to filter. */
export async function largeCategory(api: APIRequestContext): Promise<Category> {
  const { items } = await read<{ items: Category[] }>(api, '/api/categories');
  const [largest] = items.toSorted((a, b) => b.product_count - a.product_count);
  if (!largest) throw new Error('The catalogue has no category.');
  return largest;
}

export const PAGE_KINDS = [
  'home',
  'category',
  'filtered',
  'products',
  'product',
  'search',
  'nothing',
  'refused',
  'shipping',
  'returns',
  'privacy',
  'cart',
  'checkout',
  'order',
] as const;

/** The addresses of one page of each kind. */
export async function pageKinds(
  api: APIRequestContext,
): Promise<Record<(typeof PAGE_KINDS)[number], string>> {
  const category = await largeCategory(api);
  const product = await findProduct(api, 'with two options', ({ options }) => options.length > 1);
  return {
    home: '/',
    category: `/categories/${category.slug}`,
    filtered: `/categories/${category.slug}?available=true&min_price=1`,
    products: '/products',
    product: `/products/${product.slug}`,
    search: '/search?q=hodie',
    nothing: '/search?q=qqqqqqqqqq',
    refused: '/products?min_price=cheap',
    shipping: '/shipping',
    returns: '/returns',
    privacy: '/privacy',
    cart: '/cart',
    checkout: '/checkout',
    order: '/orders/1',
  };
}

/** The titles of the products in the list that a page shows. */
export const shownTitles = (page: Page) =>
  page.getByRole('region', { name: 'Products' }).getByRole('heading', { level: 2 });

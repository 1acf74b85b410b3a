// What a shopper does, in the browser and over the API. Tests share one store: each takes variants of its own.
import type { APIRequestContext, Page } from '@playwright/test';
import type { components } from '@/lib/api/schema';
import { at, listProducts, type Product, readProduct } from './catalogue';
import { expect } from './test';

type Variant = Product['variants'][number];
export type Cart = components['schemas']['Cart'];
export type Order = components['schemas']['Order'];

export interface Offer {
  product: Product;
  variant: Variant;
}

/** Cards of the demo provider, which are Stripe's test cards. */
export const CARDS = {
  pays: '4242 4242 4242 4242',
  declined: '4000 0000 0000 0002',
  confirmed: '4000 0025 0000 3155',
};

let offers: Promise<Offer[]> | null = null;

async function readOffers(api: APIRequestContext): Promise<Offer[]> {
  const { items } = await listProducts(api, 'limit=100&available=true');
  const found: Offer[] = [];
  for (const { slug } of items) {
    const product = await readProduct(api, slug);
    found.push(...product.variants.map((variant) => ({ product, variant })));
  }
  return found.toSorted((a, b) => a.variant.id.localeCompare(b.variant.id));
}

/** Which variants a test may buy; `turn` differs from test to test, the project makes two of each. */
async function offer(
  api: APIRequestContext,
  { turn, project }: { turn: number; project: string },
  fits: (variant: Variant) => boolean,
): Promise<Offer> {
  offers ??= readOffers(api);
  const fitting = (await offers).filter(({ variant }) => fits(variant));
  return at(fitting, (turn * 2 + (project === 'phone' ? 1 : 0)) % fitting.length);
}

/** A variant of which there is plenty. */
export const plenty = (api: APIRequestContext, project: string, turn: number): Promise<Offer> =>
  offer(api, { turn, project }, ({ availability }) => availability === 'in_stock');

/** A variant of which the store says how few are left, and at least two are. */
export const scarce = (api: APIRequestContext, project: string, turn: number): Promise<Offer> =>
  offer(api, { turn, project }, ({ quantity_left }) => (quantity_left ?? 0) >= 2);

export async function openProduct(page: Page, { product, variant }: Offer): Promise<void> {
  await page.goto(`/products/${product.slug}?variant=${variant.sku ?? variant.id}`);
}

/** Puts something into the cart on its page, and leaves the drawer open. */
export async function addToCart(page: Page, wanted: Offer, quantity = 1): Promise<void> {
  await openProduct(page, wanted);
  const field = page.getByRole('main').getByRole('textbox', { name: 'Quantity' });
  await expect(field).toBeEnabled();
  if (quantity > 1) {
    await field.fill(String(quantity));
    await field.press('Enter');
  }
  await page.getByRole('button', { name: 'Add to cart' }).click();
  await expect(page.getByRole('dialog', { name: /^Your cart/ }).getByText('Added:')).toBeVisible();
}

/** The cart as the API knows it. */
export async function readCart(page: Page): Promise<Cart> {
  return (await page.request.get('/api/carts/current')).json();
}

export async function quantityOf(page: Page, { variant }: Offer): Promise<number> {
  const { items } = await readCart(page);
  return items.find(({ variant_id }) => variant_id === variant.id)?.quantity ?? 0;
}

export const ADDRESS = {
  name: 'Ada Lovelace',
  company: null,
  line1: 'Hauptstr. 1',
  line2: null,
  postal_code: '10115',
  city: 'Berlin',
  region: null,
  country: 'DE',
  phone: null,
};

/** An address of its own for each test: unpaid orders are counted by it. */
export const mail = (title: string): string =>
  `${title.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}-${Date.now()}@example.com`;

export const field = (page: Page, name: string) => page.locator(`[name="shipping_address.${name}"]`);

export async function fillAddress(page: Page, email: string): Promise<void> {
  await page.getByLabel('E-mail').fill(email);
  await field(page, 'country').selectOption(ADDRESS.country);
  for (const name of ['name', 'line1', 'postal_code', 'city'] as const) {
    await field(page, name).fill(ADDRESS[name]);
  }
}

/** From the first step of the checkout to the last. */
export async function goToPayment(page: Page, email: string): Promise<void> {
  await page.goto('/checkout');
  await fillAddress(page, email);
  await page.getByRole('button', { name: 'Continue to delivery' }).click();
  await page.getByRole('button', { name: 'Continue to payment' }).click();
  await expect(page.getByLabel('Card number')).toBeVisible();
}

export async function typeCard(page: Page, number: string): Promise<void> {
  await page.getByLabel('Card number').fill(number);
  await page.getByLabel('Expires').fill('12 / 34');
  await page.getByLabel('Security code').fill('123');
}

export const payButton = (page: Page) => page.getByRole('button', { name: /^Pay / });

/** What a page says of how things stand. */
export const status = (page: Page) => page.getByRole('main').getByRole('status');

/** Collects the keys of the orders that a page asks for. */
export function watchKeys(page: Page): string[] {
  const keys: string[] = [];
  page.on('request', (request) => {
    if (request.method() === 'POST' && request.url().endsWith('/api/orders')) {
      keys.push(request.headers()['idempotency-key'] ?? '');
    }
  });
  return keys;
}

/** Waits for an order's page and answers its number. */
export async function orderNumber(page: Page): Promise<number> {
  await page.waitForURL(/\/orders\/\d+$/);
  return Number(/\d+$/.exec(page.url())?.[0]);
}

export async function readOrder(page: Page, number: number): Promise<Order> {
  return (await page.request.get(`/api/orders/${number}`)).json();
}

interface Placed {
  number: number;
  /** What the link in the mail would carry. */
  token: string;
}

/** Another shopper, who orders over the API and does not pay. */
export async function placeOverApi(
  api: APIRequestContext,
  { variant }: Offer,
  quantity: number,
): Promise<Placed> {
  const cart = await (
    await api.post('/api/carts', { data: { items: [{ variant_id: variant.id, quantity }] } })
  ).json();
  const quotes = await (await api.get('/api/carts/current/shipping-methods?country=DE')).json();
  const [method] = quotes.items;
  const answer = await api.post('/api/orders', {
    headers: { 'Idempotency-Key': cart.id },
    data: {
      cart_id: cart.id,
      email: mail('another'),
      shipping_address: ADDRESS,
      billing_address: null,
      shipping_method_id: method.id,
      expected_total: method.total,
    },
  });
  expect(answer.status()).toBe(201);
  return { number: (await answer.json()).number, token: answer.headers()['order-token'] ?? '' };
}

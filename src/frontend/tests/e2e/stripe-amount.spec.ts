// What Stripe's form is given is what the store's API says that Stripe counts, to the unit: no rule about currencies is here.
import { createElements, type Stripe } from '@/lib/api/stripe';
import { expect, test } from './support/test';

type Options = Parameters<Stripe['elements']>[0];

function given(amount: number, currency: string): Options {
  const seen: Options[] = [];
  const elements = {
    create: () => ({ mount: () => {}, unmount: () => {} }),
    submit: async () => ({}),
    update: () => {},
  };
  const stripe: Stripe = {
    elements: (options) => {
      seen.push(options);
      return elements;
    },
    confirmPayment: async () => ({}),
  };
  createElements(stripe, { amount, currency }, false);
  const [options] = seen;
  if (!options) throw new Error('Stripe was given nothing.');
  return options;
}

test('the amount of the form is the one of the API', () => {
  for (const [amount, currency] of [
    [189_000, 'ISK'],
    [19, 'MGA'],
    [5120, 'KWD'],
    [1890, 'EUR'],
  ] as const) {
    expect(given(amount, currency)).toMatchObject({ amount, currency: currency.toLowerCase() });
  }
});

test('a quote and its order say what the provider is asked for', async ({ request }) => {
  const { payment, currency } = await (await request.get('/api/store')).json();
  expect(payment.publishable_key).toBeTruthy();
  const { items } = await (await request.get('/api/products?limit=1&available=true')).json();
  const product = await (await request.get(`/api/products/${items[0].slug}`)).json();
  const created = await request.post('/api/carts', { data: {} });
  const cart = await created.json();
  const token = created.headers()['cart-token'] ?? '';
  await request.post(`/api/carts/${cart.id}/items`, {
    data: { variant_id: product.variants[0].id, quantity: 1 },
    headers: { 'cart-token': token },
  });
  const quotes = await request.get(`/api/carts/${cart.id}/shipping-methods?country=DE`, {
    headers: { 'cart-token': token },
  });
  const [quote] = (await quotes.json()).items;
  expect(currency).toBe('EUR');
  expect(quote.provider_amount).toBe(quote.total.amount);
});

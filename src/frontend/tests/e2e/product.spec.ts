// Choosing a variant: prices and stock follow, what is not made cannot be chosen, and the address can be shared.
import { at, findProduct, type Product } from './support/catalogue';
import { hold } from './support/layout';
import { expect, test, WITHOUT_SCRIPT } from './support/test';

type Variant = Product['variants'][number];

const isBuyable = ({ availability }: Variant) => availability !== 'out_of_stock';
const euros = (amount: number) => `€${(amount / 100).toFixed(2)}`;

/** A value of the second option that was never made with one value of the first. */
function gap({ options, variants }: Product) {
  const [first, second] = options;
  if (!first || !second) return null;
  for (const value of first.values) {
    for (const missing of second.values) {
      if (!variants.some(({ option_values: [a, b] }) => a === value && b === missing))
        return { value, missing };
    }
  }
  return null;
}

test('a choice changes price, stock and address; the address can be shared', async ({
  page,
  request,
  browser,
}) => {
  const product = await findProduct(
    request,
    'with two prices',
    ({ price_varies, options }) => price_varies && options.length === 1,
  );
  const first = at(product.variants, 0);
  const other = product.variants.find(({ price }) => price.amount !== first.price.amount);
  if (!other) throw new Error('The prices do not differ.');
  await page.goto(`/products/${product.slug}?variant=${first.sku}`);
  const main = page.getByRole('main');
  await expect(main.getByText(euros(first.price.amount)).first()).toBeVisible();

  const choice = page
    .getByRole('group', { name: at(product.options, 0).name })
    .getByRole('link', { name: other.option_values[0] });
  await choice.click();
  await expect(choice).toHaveAttribute('aria-current', 'true');
  await expect(main.getByText(euros(other.price.amount)).first()).toBeVisible();
  await expect(main.getByText(other.sku ?? '')).toBeVisible();
  await expect(page).toHaveURL(`/products/${product.slug}?variant=${other.sku}`);

  const stranger = await browser.newContext();
  const theirs = await stranger.newPage();
  await theirs.goto(page.url());
  await expect(theirs.getByRole('main').getByText(euros(other.price.amount)).first()).toBeVisible();
  await stranger.close();
});

test('a combination that is not made cannot be chosen, and says so', async ({ page, request }) => {
  const product = await findProduct(
    request,
    'with a gap in its options',
    (candidate) => gap(candidate) !== null,
  );
  const { value, missing } = gap(product) ?? { value: '', missing: '' };
  const [first, second] = [at(product.options, 0), at(product.options, 1)];
  await page.goto(`/products/${product.slug}`);
  await page.getByRole('group', { name: first.name }).getByRole('link', { name: value }).click();
  const choices = page.getByRole('group', { name: second.name });
  await expect(choices.getByText(`${missing} (not made in ${value})`)).toBeVisible();
  await expect(choices.getByRole('link', { name: missing, exact: true })).toHaveCount(0);
});

test('what is sold out says so, and can still be looked at', async ({ page, request }) => {
  const product = await findProduct(
    request,
    'of which some variants are sold out',
    ({ variants, options }) => options.length > 0 && variants.some(isBuyable) && !variants.every(isBuyable),
  );
  const soldOut = product.variants.find((variant) => !isBuyable(variant));
  await page.goto(`/products/${product.slug}?variant=${soldOut?.sku}`);
  const last = product.options.at(-1)?.name ?? '';
  const value = soldOut?.option_values.at(-1) ?? '';
  await expect(
    page.getByRole('group', { name: last }).getByRole('link', { name: `${value} (sold out)` }),
  ).toHaveAttribute('aria-current', 'true');
  await expect(page.getByRole('main').getByText('Sold out', { exact: true })).toBeVisible();
});

test('a small number left is told', async ({ page, request }) => {
  const few = ({ quantity_left }: Variant) => typeof quantity_left === 'number';
  const product = await findProduct(request, 'that is nearly gone', ({ variants }) => variants.some(few));
  const variant = product.variants.find(few);
  await page.goto(`/products/${product.slug}?variant=${variant?.sku}`);
  await expect(page.getByText(`Only ${variant?.quantity_left} left`)).toBeVisible();
});

test('a reduced price stands beside the one before', async ({ page, request }) => {
  const product = await findProduct(request, 'that is reduced', ({ variants }) =>
    Boolean(at(variants, 0).compare_at_price),
  );
  const { price, compare_at_price, sku } = at(product.variants, 0);
  await page.goto(`/products/${product.slug}?variant=${sku}`);
  await expect(
    page
      .getByRole('main')
      .getByText(`Now ${euros(price.amount)}`)
      .first(),
  ).toBeVisible();
  await expect(
    page
      .getByRole('main')
      .getByText(`Before ${euros(compare_at_price?.amount ?? 0)}`)
      .first(),
  ).toBeVisible();
});

test('the pictures are reached by their small versions and by the keyboard', async ({ page, request }) => {
  const product = await findProduct(request, 'with three pictures', ({ pictures }) => pictures.length > 2);
  await page.goto(`/products/${product.slug}`);
  const strip = page.getByRole('list', { name: 'Pictures, scroll sideways' });
  await page.getByRole('link', { name: 'Picture 2 of' }).click();
  await expect(page.getByRole('link', { name: 'Picture 2 of' })).toHaveAttribute('aria-current', 'true');
  await expect(strip.getByRole('img').nth(1)).toBeInViewport();
  await strip.focus();
  await page.keyboard.press('ArrowRight');
  await expect(page.getByRole('link', { name: 'Picture 3 of' })).toHaveAttribute('aria-current', 'true');
});

test('a picture that was chosen before the script came stays', async ({ page, request }) => {
  const product = await findProduct(request, 'with three pictures', ({ pictures }) => pictures.length > 2);
  const script = await hold(page, '**/_next/static/**/*.js');
  await page.goto(`/products/${product.slug}`, { waitUntil: 'commit' });
  const second = page.getByRole('link', { name: 'Picture 2 of' });
  await second.click();
  const picture = page.getByRole('list', { name: 'Pictures, scroll sideways' }).getByRole('img').nth(1);
  await expect(picture).toBeInViewport();
  script.arrive();
  await expect(second).toHaveAttribute('aria-current', 'true');
  await expect(picture).toBeInViewport();
});

test('the shelf beside it shows other products of its category', async ({ page, request }) => {
  const product = await findProduct(request, 'in a category', ({ categories }) => categories.length > 0);
  await page.goto(`/products/${product.slug}`);
  const related = page.getByRole('region', { name: /^More / });
  await expect(related.getByRole('link', { name: product.title, exact: true })).toHaveCount(0);
  expect(await related.getByRole('listitem').count()).toBeGreaterThan(0);
});

test.describe('without a script', () => {
  test.use(WITHOUT_SCRIPT);

  test('options are links', async ({ page, request }) => {
    const product = await findProduct(
      request,
      'with options',
      ({ options }) => (options[0]?.values.length ?? 0) > 1,
    );
    const { name, values } = at(product.options, 0);
    await page.goto(`/products/${product.slug}`);
    await page
      .getByRole('group', { name })
      .getByRole('link', { name: at(values, 1) })
      .first()
      .click();
    await expect(page).toHaveURL(/\?variant=/);
    await expect(
      page
        .getByRole('group', { name })
        .getByRole('link', { name: at(values, 1) })
        .first(),
    ).toHaveAttribute('aria-current', 'true');
  });
});

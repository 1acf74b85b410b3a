// Narrowing a list: with a script, without one, and by an address that somebody shares.
import type { Page } from '@playwright/test';
import { largeCategory, listProducts, type ProductList, shownTitles } from './support/catalogue';
import { hold } from './support/layout';
import { expect, test, WITHOUT_SCRIPT } from './support/test';

const titles = ({ items }: ProductList) => items.map(({ title }) => title);

/** On a phone the filters fold away, and nothing is applied until the visitor says so. */
async function choose(page: Page, isMobile: boolean, label: RegExp) {
  if (isMobile) await page.getByText('Filters', { exact: true }).click();
  await page.getByRole('form', { name: 'Filters' }).getByLabel(label).check();
  if (isMobile) await page.getByRole('button', { name: 'Apply filters' }).click();
}

async function firstOption(list: ProductList) {
  const option = list.facets?.options[0];
  const value = option?.values.find(({ count }) => count < list.total);
  if (!option || !value) throw new Error('The category has no option to filter by.');
  return { name: option.name, value: value.value, count: value.count };
}

test('a tick narrows the list, a chip takes it back', async ({ page, request, isMobile }) => {
  const { slug } = await largeCategory(request);
  const all = await listProducts(request, `category=${slug}&facets=true`);
  const { name, value, count } = await firstOption(all);
  const narrowed = await listProducts(
    request,
    `category=${slug}&option=${encodeURIComponent(`${name}:${value}`)}`,
  );
  expect(narrowed.total).toBe(count);

  await page.goto(`/categories/${slug}`);
  await choose(page, isMobile, new RegExp(`^${value} ?\\d`));
  await expect(page).toHaveURL(`/categories/${slug}?${new URLSearchParams({ option: `${name}:${value}` })}`);
  await expect(shownTitles(page)).toHaveText(titles(narrowed));

  await page.getByRole('link', { name: `Remove filter: ${name}: ${value}` }).click();
  await expect(page).toHaveURL(`/categories/${slug}`);
  await expect(shownTitles(page)).toHaveText(titles(all));
});

test('after a tick, focus and an announcement tell where one is', async ({ page, request, isMobile }) => {
  test.skip(isMobile, 'on a phone filters are applied by a button');
  const { slug } = await largeCategory(request);
  const { name, value, count } = await firstOption(
    await listProducts(request, `category=${slug}&facets=true`),
  );
  await page.goto(`/categories/${slug}`);
  await choose(page, false, new RegExp(`^${value} ?\\d`));
  await expect(page).toHaveURL(/option=/);
  await expect(page.locator(`input[value="${name}:${value}"]`)).toBeFocused();
  await expect(page.getByRole('status').filter({ hasText: `${count} product` })).toHaveCount(1);
});

test('a price range is typed in whole money, not in cents', async ({ page, request, isMobile }) => {
  const expected = await listProducts(request, 'min_price=2000&max_price=3050');
  expect(expected.total).toBeGreaterThan(0);
  await page.goto('/products');
  if (isMobile) await page.getByText('Filters', { exact: true }).click();
  await page.getByLabel('From', { exact: true }).pressSequentially('20');
  if (!isMobile) {
    await page.getByLabel('From', { exact: true }).press('Enter');
    await expect(page).toHaveURL(({ searchParams }) => searchParams.get('min_price') === '20');
  }
  await page.getByLabel('To', { exact: true }).pressSequentially('30.50');
  await page.getByLabel('To', { exact: true }).press('Enter');
  await expect(page).toHaveURL(
    ({ searchParams }) => searchParams.get('min_price') === '20' && searchParams.get('max_price') === '30.50',
  );
  await expect(shownTitles(page)).toHaveText(titles(expected));
  await expect(page.getByRole('link', { name: 'Remove filter: Up to €30.50' })).toBeVisible();
});

test('who types on while the list comes is not taken elsewhere', async ({ page, isMobile }) => {
  test.skip(isMobile, 'there several filters are chosen before they are applied');
  await page.goto('/products');
  await page.getByLabel('From', { exact: true }).fill('20');
  const script = await hold(page, '**/_next/static/**/*.js');
  await page.getByLabel('From', { exact: true }).press('Enter');
  await page.waitForURL('/products?min_price=20', { waitUntil: 'commit' });
  await page.getByLabel('To', { exact: true }).pressSequentially('30');
  script.arrive();
  await expect(page.getByRole('status').filter({ hasText: 'products' })).toHaveCount(1);
  await expect(page.getByLabel('To', { exact: true })).toBeFocused();
  await expect(page.getByLabel('To', { exact: true })).toHaveValue('30');
});

test('the order of the list can be chosen', async ({ page, request }) => {
  const expected = await listProducts(request, 'sort=price_desc');
  await page.goto('/products');
  await page.getByLabel('Sort by').selectOption('price_desc');
  await expect(page).toHaveURL('/products?sort=price_desc');
  await expect(shownTitles(page)).toHaveText(titles(expected));
});

test('a shared address gives the same list to somebody else, whatever was added to it', async ({
  page,
  browser,
  request,
}) => {
  const { slug } = await largeCategory(request);
  const address = `/categories/${slug}?available=true&max_price=40&utm_source=chat&fbclid=1`;
  const expected = await listProducts(request, `category=${slug}&available=true&max_price=4000`);
  await page.goto(address);
  await expect(shownTitles(page)).toHaveText(titles(expected));

  const stranger = await browser.newContext();
  const theirs = await stranger.newPage();
  await theirs.goto(address);
  await expect(shownTitles(theirs)).toHaveText(titles(expected));
  await stranger.close();
});

test('"back" takes a filter back, ticks included', async ({ page, request, isMobile }) => {
  const { slug } = await largeCategory(request);
  const all = await listProducts(request, `category=${slug}`);
  await page.goto(`/categories/${slug}`);
  await choose(page, isMobile, /^Can be bought now/);
  await expect(page).toHaveURL(/available=true/);
  await page.goBack();
  await expect(page).toHaveURL(`/categories/${slug}`);
  await expect(shownTitles(page)).toHaveText(titles(all));
  await expect(page.locator('input[name="available"]')).not.toBeChecked();
});

for (const refused of ['min_price=cheap', 'option=nonsense', 'cursor=nonsense']) {
  test(`an address that cannot be read (${refused}) is explained, with a way out`, async ({ page }) => {
    const response = await page.goto(`/products?${refused}`);
    expect(response?.status()).toBe(200);
    await expect(page.getByRole('heading', { name: 'These filters cannot be read' })).toBeVisible();
    await page.getByRole('link', { name: 'Show the list without filters' }).click();
    await expect(page).toHaveURL('/products');
  });
}

test('filters that nothing fits say so, with a way out', async ({ page }) => {
  await page.goto('/products?min_price=999999');
  await expect(page.getByRole('heading', { name: 'Nothing fits all of these filters' })).toBeVisible();
  await page.getByRole('link', { name: 'Clear all filters' }).click();
  await expect(page).toHaveURL('/products');
});

test.describe('without a script', () => {
  test.use(WITHOUT_SCRIPT);

  test('filters and order are a form', async ({ page, request }) => {
    const expected = await listProducts(request, 'available=true&sort=price_asc');
    await page.goto('/products');
    const filters = page.getByText('Filters', { exact: true });
    if (await filters.isVisible()) await filters.click();
    await page.getByLabel(/^Can be bought now/).check();
    await page.getByLabel('Sort by').selectOption('price_asc');
    await page.getByRole('button', { name: 'Apply filters' }).click();
    await expect(page).toHaveURL(/available=true/);
    await expect(page).toHaveURL(/sort=price_asc/);
    await expect(shownTitles(page)).toHaveText(titles(expected));
  });
});

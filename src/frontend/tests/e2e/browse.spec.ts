// A visitor's way through the shop, by pointer and by keyboard.
import type { Locator, Page } from '@playwright/test';
import { at, findProduct, largeCategory, listProducts, shownTitles } from './support/catalogue';
import { expect, test } from './support/test';

test('from the home page to a category to a product', async ({ page, request, isMobile }) => {
  const category = await largeCategory(request);
  const { items } = await listProducts(request, `category=${category.slug}`);
  await page.goto('/');
  if (isMobile) await page.getByText('Menu', { exact: true }).click();
  await page
    .getByRole('navigation', { name: 'Categories' })
    .getByRole('link', { name: category.name, exact: true })
    .click();

  await expect(page.getByRole('heading', { level: 1, name: category.name })).toBeVisible();
  await expect(shownTitles(page)).toHaveText(items.map(({ title }) => title));

  await page.getByRole('link', { name: at(items, 0).title }).click();
  await expect(page.getByRole('heading', { level: 1, name: at(items, 0).title })).toBeVisible();
  await expect(page).toHaveURL(`/products/${at(items, 0).slug}`);
  await page
    .getByRole('navigation', { name: 'Breadcrumb' })
    .getByRole('link', { name: category.name })
    .click();
  await expect(page).toHaveURL(`/categories/${category.slug}`);
});

test('the home page shows what is new', async ({ page, request }) => {
  const { items } = await listProducts(request, 'sort=newest&available=true&limit=8');
  await page.goto('/');
  await expect(
    page.getByRole('region', { name: 'New arrivals' }).getByRole('heading', { level: 3 }),
  ).toHaveText(items.map(({ title }) => title));
});

test('"back" leads to the list as it was left', async ({ page, request }) => {
  const { items } = await listProducts(request, 'available=true&sort=price_asc');
  await page.goto('/products?available=true&sort=price_asc');
  await page.getByRole('link', { name: at(items, 3).title }).click();
  await expect(page.getByRole('heading', { level: 1, name: at(items, 3).title })).toBeVisible();
  await page.goBack();
  await expect(page).toHaveURL('/products?available=true&sort=price_asc');
  await expect(shownTitles(page)).toHaveText(items.map(({ title }) => title));
  await expect(page.getByLabel('Sort by')).toHaveValue('price_asc');
});

test('a long list goes on, page by page', async ({ page, request }) => {
  const first = await listProducts(request, '');
  test.skip(!first.next_cursor, 'the catalogue fits on one page');
  await page.goto('/products');
  await page.getByRole('link', { name: 'Next page' }).click();
  await expect(page).toHaveURL(/cursor=/);
  await expect(shownTitles(page).first()).not.toHaveText(at(first.items, 0).title);
  await page.getByRole('link', { name: 'First page' }).click();
  await expect(shownTitles(page).first()).toHaveText(at(first.items, 0).title);
});

async function tabTo(page: Page, target: Locator) {
  for (let step = 0; step < 80; step += 1) {
    await page.keyboard.press('Tab');
    if (await target.evaluate((element) => element === document.activeElement)) return;
  }
  throw new Error('The keyboard does not get there.');
}

test('the keyboard alone gets from the home page to an option of a product', async ({ page, request }) => {
  const product = await findProduct(
    request,
    'with options',
    ({ options }) => (options[0]?.values.length ?? 0) > 1,
  );
  await page.goto('/');
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to content' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('main')).toBeFocused();
  await tabTo(page, page.getByRole('link', { name: 'Browse everything' }));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'All products' })).toBeVisible();

  await tabTo(page, page.getByRole('combobox', { name: 'Search products' }));
  await page.keyboard.type(product.title);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/search\?q=/);
  await tabTo(page, shownTitles(page).getByRole('link', { name: product.title, exact: true }));
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(`/products/${product.slug}`);
  // Until its scripts run, a choice is a page of its own.
  await page.waitForLoadState();

  const { name, values } = at(product.options, 0);
  const option = page.getByRole('group', { name }).getByRole('link', { name: at(values, 1) });
  await tabTo(page, option.first());
  await page.keyboard.press('Enter');
  await expect(option.first()).toHaveAttribute('aria-current', 'true');
  await expect(option.first()).toBeFocused();
});

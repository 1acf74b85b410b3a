// Finding things by their name, misspelt or half typed.
import { listProducts, shownTitles } from './support/catalogue';
import { expect, test, WITHOUT_SCRIPT } from './support/test';

test('a typo finds what was meant, and says so', async ({ page, request }) => {
  const meant = await listProducts(request, 'q=hoodie');
  const typed = await listProducts(request, 'q=hodie');
  expect(typed.correction).toBe('hoodie');
  await page.goto('/');
  await page.getByRole('combobox', { name: 'Search products' }).fill('hodie');
  await page.getByRole('button', { name: 'Search', exact: true }).click();
  await expect(page).toHaveURL('/search?q=hodie');
  await expect(page.getByText('Showing results for hoodie')).toBeVisible();
  await expect(shownTitles(page)).toHaveText(meant.items.map(({ title }) => title));
  await expect(page.getByRole('combobox', { name: 'Search products' })).toHaveValue('hodie');
});

test('suggestions are chosen with the keyboard', async ({ page, request }) => {
  const answer = await request.get('/api/search/suggestions?q=hoo');
  const { products } = await answer.json();
  await page.goto('/');
  const box = page.getByRole('combobox', { name: 'Search products' });
  await box.click();
  await box.pressSequentially('hoo');
  const options = page.getByRole('option');
  await expect(options.first()).toContainText(products[0].title);
  await expect(box).toHaveAttribute('aria-expanded', 'true');

  await box.press('ArrowDown');
  await box.press('ArrowDown');
  await box.press('ArrowUp');
  await expect(options.first()).toHaveAttribute('aria-selected', 'true');
  await expect(box).toHaveAttribute(
    'aria-activedescendant',
    (await options.first().getAttribute('id')) ?? '',
  );
  await box.press('Escape');
  await expect(box).toHaveAttribute('aria-expanded', 'false');
  await expect(box).toHaveValue('hoo');

  await box.press('ArrowDown');
  await box.press('Enter');
  await expect(page).toHaveURL(`/products/${products[0].slug}`);
});

test('Enter without a chosen suggestion searches', async ({ page }) => {
  await page.goto('/');
  const box = page.getByRole('combobox', { name: 'Search products' });
  await box.fill('mug');
  await expect(page.getByRole('option').first()).toBeVisible();
  await box.press('Enter');
  await expect(page).toHaveURL('/search?q=mug');
});

test('a suggestion is clicked', async ({ page }) => {
  await page.goto('/');
  await page.getByRole('combobox', { name: 'Search products' }).fill('mug');
  const first = page.getByRole('option').first();
  const target = await first.getAttribute('href');
  await first.click();
  await expect(page).toHaveURL(target ?? '');
});

test.describe('when suggestions fail', () => {
  test.use({ tolerated: [/suggestions/] });

  test('searching works all the same', async ({ page }) => {
    await page.route('**/api/search/suggestions*', (route) => route.fulfill({ status: 503 }));
    await page.goto('/');
    const failed = page.waitForResponse('**/api/search/suggestions*');
    await page.getByRole('combobox', { name: 'Search products' }).fill('mug');
    await failed;
    await expect(page.getByRole('option')).toHaveCount(0);
    await page.getByRole('combobox', { name: 'Search products' }).press('Enter');
    await expect(shownTitles(page).first()).toBeVisible();
  });
});

test('an old answer never replaces a newer one', async ({ page }) => {
  // The first answer is held back until the second one has been shown.
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route('**/api/search/suggestions?q=hoodie', async (route) => {
    await held;
    await route.continue().catch(() => undefined);
  });
  await page.goto('/');
  const box = page.getByRole('combobox', { name: 'Search products' });
  const asked = page.waitForRequest('**/api/search/suggestions?q=hoodie');
  await box.fill('hoodie');
  await asked;
  await box.fill('mug');
  await expect(page.getByRole('option').filter({ hasText: /mug/i }).first()).toBeVisible();
  release();
  await expect(page.getByRole('option').filter({ hasText: /hoodie/i })).toHaveCount(0);
});

test('a search that finds nothing offers ways on', async ({ page }) => {
  await page.goto('/search?q=qqqqqqqqqq');
  await expect(page.getByRole('heading', { name: 'Nothing found' })).toBeVisible();
  await page.getByRole('link', { name: 'Browse everything' }).click();
  await expect(page).toHaveURL('/products');
});

test('what was typed is shown as text', async ({ page }) => {
  const typed = '"><img src=x onerror=alert(1)>';
  await page.goto(`/search?${new URLSearchParams({ q: typed })}`);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(`“${typed}”`);
});

test.describe('without a script', () => {
  test.use(WITHOUT_SCRIPT);

  test('the search field is a form', async ({ page }) => {
    await page.goto('/');
    await page.getByLabel('Search products').fill('mug');
    await page.getByRole('button', { name: 'Search', exact: true }).click();
    await expect(page).toHaveURL('/search?q=mug');
    await expect(shownTitles(page).first()).toBeVisible();
  });
});

// What holds for every kind of page: it fits, it does not move, and an address that leads nowhere says so.
import { pageKinds } from './support/catalogue';
import { layoutShift, measureShifts, readThrough } from './support/layout';
import { expect, test } from './support/test';

test('no page moves while it is read', async ({ page, request }) => {
  test.slow();
  await measureShifts(page);
  for (const [kind, path] of Object.entries(await pageKinds(request))) {
    await page.goto(path);
    await readThrough(page);
    expect(await layoutShift(page), kind).toBeLessThan(0.01);
  }
});

for (const width of [320, 1920]) {
  test(`no page scrolls sideways at ${width} pixels`, async ({ page, request }) => {
    test.slow();
    await page.setViewportSize({ width, height: 800 });
    for (const [kind, path] of Object.entries(await pageKinds(request))) {
      await page.goto(path);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(overflow, kind).toBeLessThanOrEqual(0);
    }
  });
}

test.describe('an address that leads nowhere', () => {
  test.use({ tolerated: [/404/] });

  for (const path of ['/nowhere', '/products/nothing-of-that-name', '/categories/nothing-of-that-name']) {
    test(`${path} says so inside the shop`, async ({ page }) => {
      const response = await page.goto(path);
      expect(response?.status()).toBe(404);
      await expect(page.getByRole('heading', { level: 1, name: 'This page is not here' })).toBeVisible();
      await expect(page.locator('meta[name="robots"]').first()).toHaveAttribute('content', /noindex/);
      await page.getByRole('link', { name: 'Browse everything' }).click();
      await expect(page).toHaveURL('/products');
    });
  }
});

test('the written pages name who runs the shop', async ({ page, request }) => {
  const store = await (await request.get('/api/store')).json();
  for (const path of ['/shipping', '/returns', '/privacy']) {
    await page.goto(path);
    const main = page.getByRole('main');
    await expect(main.getByText(store.legal_name ?? store.name).first()).toBeVisible();
    const mail = main.getByRole('link', { name: store.contact_email ?? '@' });
    await expect(mail).toHaveCount(store.contact_email ? 1 : 0);
  }
});

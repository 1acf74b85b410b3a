// The net itself: each of these must fail, or the tests above would pass whatever happened.
import { layoutShift, measureShifts } from './support/layout';
import { expect, test } from './support/test';

test.fail('an error in the console fails a test', async ({ page }) => {
  await page.goto('/shipping');
  // biome-ignore lint/suspicious/noConsole: a console error is what this test is about.
  await page.evaluate(() => console.error('seen'));
});

test.fail('an exception fails a test', async ({ page }) => {
  await page.goto('/shipping');
  const thrown = page.waitForEvent('pageerror');
  await page.evaluate(() => setTimeout(() => Promise.reject(new Error('seen')), 0));
  await thrown;
});

test.fail('a missing file fails a test', async ({ page }) => {
  await page.goto('/shipping');
  await page.evaluate(() => fetch('/_next/static/missing.js').catch(() => undefined));
});

test('a moved layout is measured', async ({ page }) => {
  await measureShifts(page);
  const body = '<!doctype html><meta name="viewport" content="width=device-width"><h1>Moving</h1>';
  await page.route('**/moving', (route) => route.fulfill({ contentType: 'text/html', body }));
  await page.goto('/moving');
  const heading = page.getByRole('heading');
  // A browser measures only what has been painted before, so it is moved until that is so.
  const move = (element: Element) =>
    element.before(...Array.from({ length: 12 }, () => document.createElement('br')));
  await expect
    .poll(async () => {
      await heading.evaluate(move);
      return layoutShift(page);
    })
    .toBeGreaterThan(0.01);
});

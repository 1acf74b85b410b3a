// WCAG 2.2 AA as far as a machine can tell, on every page of accounts, by day and by night, at rest and opened; and that
// each of them fits, stays still, and is the same document for everybody.
import type { Page } from '@playwright/test';
import {
  ACCOUNT,
  answer,
  believeSignedIn,
  CODES,
  ENROLMENT,
  ok,
  problem,
  READS,
  TOKEN,
} from './support/account';
import { violations } from './support/axe';
import { hold, layoutShift, measureShifts, readThrough } from './support/layout';
import { addToCart, plenty } from './support/shopper';
import { expect, test } from './support/test';

test.use({ tolerated: [/\/api\/(account|auth)\b/] });

const REPLIES = {
  ...READS,
  'GET /api/account': ok({ ...ACCOUNT, needs_second_factor: true, new_email: 'ada@example.org' }),
  'GET /api/account/export': ok({ requested_at: '2026-11-23T06:00:00Z', progress: 40, expires_at: null }),
  'POST /api/account/totp': ok(ENROLMENT),
  'POST /api/account/totp/confirmation': ok({ codes: CODES }),
  'POST /api/auth/login': ok({ state: 'second_factor_required', account: null }),
  'POST /api/auth/register': { status: 202 },
  'POST /api/auth/verify': problem(409, 'link_invalid'),
};

/** Each page, and what stands on it when it is filled. */
const PAGES: Record<string, string> = {
  '/account': 'Order 1042',
  '/account/orders': 'Order 1009',
  '/account/addresses': 'Nebenstr. 22',
  '/account/security': 'Spending report',
  '/account/privacy': 'It is being gathered',
  '/account/sign-in': 'Forgot your password?',
  '/account/register': 'You have one already?',
  '/account/forgot': 'Send me a link',
  [`/account/verify#${TOKEN}`]: 'Confirm and sign in',
  [`/account/reset#${TOKEN}`]: 'Set the password',
  [`/account/email#${TOKEN}`]: 'Confirm the change',
  '/account/verify': 'This link does not work',
};

async function open(page: Page, path: string): Promise<void> {
  // A page that is open already would only change what stands after `#`.
  await page.goto('about:blank');
  await page.goto(path);
  await page
    .getByRole('main')
    .getByText(PAGES[path] ?? '')
    .first()
    .waitFor();
}

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(`by ${colorScheme === 'light' ? 'day' : 'night'}`, () => {
    test.use({ colorScheme });

    for (const path of Object.keys(PAGES)) {
      test(`page: ${path}`, async ({ page }) => {
        await answer(page, REPLIES);
        await open(page, path);
        expect(await violations(page)).toEqual([]);
      });
    }

    test('open: what a form complains about, and what follows it', async ({ page }) => {
      await answer(page, REPLIES);
      await page.goto('/account/register');
      await page.getByRole('button', { name: 'Create the account' }).click();
      await page.getByText('2 fields need a look').waitFor();
      expect(await violations(page)).toEqual([]);
      await page.getByLabel('E-mail').fill('ada@example.com');
      await page.getByLabel('Password', { exact: true }).fill('a sentence is a good one');
      await page.getByRole('button', { name: 'Create the account' }).click();
      await page.getByText('Look into your mail').waitFor();
      expect(await violations(page)).toEqual([]);
    });

    test('open: the second step of signing in', async ({ page }) => {
      await answer(page, REPLIES);
      await page.goto('/account/sign-in');
      await page.getByLabel('E-mail').fill('ada@example.com');
      await page.getByLabel('Password', { exact: true }).fill('a sentence is a good one');
      await page.getByRole('button', { name: 'Sign in', exact: true }).click();
      await page.getByText('One more step').waitFor();
      expect(await violations(page)).toEqual([]);
    });

    test('open: everything about security', async ({ page }) => {
      await answer(page, { ...REPLIES, 'GET /api/account': ok(ACCOUNT) });
      await page.goto('/account/security');
      await page.getByRole('button', { name: 'Change the address' }).click();
      await page.getByRole('button', { name: 'Make a token' }).click();
      await page.getByRole('button', { name: 'Make the token' }).click();
      const part = page.getByRole('region', { name: 'Authenticator' });
      await part.getByRole('button', { name: 'Set it up' }).click();
      await part.getByLabel('Your password', { exact: true }).fill('a sentence is a good one');
      await part.getByRole('button', { name: 'Go on' }).click();
      await part.getByText('Scan this').waitFor();
      expect(await violations(page)).toEqual([]);
      await part.getByLabel('Six digits').fill('123456');
      await part.getByRole('button', { name: 'Turn it on' }).click();
      await part.getByText('Keep these').waitFor();
      expect(await violations(page)).toEqual([]);
    });

    test('open: an address, and what is asked before something goes', async ({ page }) => {
      await answer(page, REPLIES);
      await page.goto('/account/addresses');
      await page.getByRole('button', { name: /^Delete .*Nebenstr/ }).click();
      await page.getByRole('dialog').waitFor();
      expect(await violations(page)).toEqual([]);
      await page.getByRole('button', { name: 'Keep it' }).click();
      await page.getByRole('button', { name: 'Add an address' }).click();
      await page.getByRole('button', { name: 'Save the address' }).click();
      expect(await violations(page)).toEqual([]);
      await page.goto('/account/privacy');
      await page.getByRole('button', { name: 'Erase the account' }).click();
      await page.getByRole('dialog').waitFor();
      expect(await violations(page)).toEqual([]);
    });

    test('open: the address book at checkout', async ({ page, request }, { project }) => {
      await addToCart(page, await plenty(request, project.name, 68));
      await believeSignedIn(page);
      await answer(page, REPLIES);
      await page.goto('/checkout');
      await page.getByRole('radio', { name: /Hauptstr/ }).waitFor();
      expect(await violations(page)).toEqual([]);
    });
  });
}

/** The pages that lead into an account send on who seems to be in one. */
async function seemSignedOut(page: Page): Promise<void> {
  await page.addInitScript(() => {
    if (window.location.protocol !== 'about:') window.localStorage.removeItem('account');
  });
}

test('no page moves while it is filled', async ({ page }) => {
  test.slow();
  await seemSignedOut(page);
  await measureShifts(page);
  await answer(page, REPLIES);
  for (const path of Object.keys(PAGES)) {
    await open(page, path);
    await readThrough(page);
    expect(await layoutShift(page), path).toBeLessThan(0.01);
  }
});

test('nor when the fonts arrive late', async ({ page }) => {
  await seemSignedOut(page);
  await measureShifts(page);
  await answer(page, REPLIES);
  const fonts = await hold(page, '**/*.woff2');
  // It has not loaded before they are there.
  await page.goto('/account/addresses', { waitUntil: 'commit' });
  await page.getByText('Nebenstr. 22').first().waitFor();
  fonts.arrive();
  await page.waitForLoadState('load');
  await readThrough(page);
  expect(await layoutShift(page)).toBeLessThan(0.01);
});

test('no page scrolls sideways at 320 pixels', async ({ page }) => {
  test.slow();
  await seemSignedOut(page);
  await page.setViewportSize({ width: 320, height: 800 });
  await answer(page, REPLIES);
  for (const path of Object.keys(PAGES)) {
    await open(page, path);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(overflow, path).toBeLessThanOrEqual(0);
  }
});

test('every page is the same for everybody, and for no search engine', async ({ page, request }) => {
  for (const path of new Set(Object.keys(PAGES).map((found) => found.replace(/#.*/, '')))) {
    const response = await request.get(path, { headers: { cookie: '__Host-session=somebody' } });
    expect(response.status(), path).toBe(200);
    expect(response.headers()['set-cookie'], path).toBeUndefined();
    const html = await response.text();
    expect(html, path).toContain('noindex');
    expect(html, path).not.toContain('style="');
  }
  await answer(page, REPLIES);
  await page.goto('/account/sign-in');
  await expect(page.locator('head > link[rel="canonical"]')).toHaveAttribute('href', /\/account\/sign-in$/);
  await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1);
});

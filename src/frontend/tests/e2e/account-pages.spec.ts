// The pages of an account: overview, orders, addresses, and what is known of somebody. The API's answers are given by the
// tests, so that each of them can be shown.
import type { Page } from '@playwright/test';
import { ACCOUNT, answer, DONE, HOME, OFFICE, ORDERS, ok, problem, READS } from './support/account';
import { addToCart, plenty, readCart } from './support/shopper';
import { expect, test } from './support/test';

test.use({ tolerated: [/\/api\/(account|auth)\b/] });

const PASSWORD = 'a sentence is a good one';
const main = (page: Page) => page.getByRole('main');

test.describe('the overview', () => {
  test('greets, shows the last orders, and leads everywhere', async ({ page }) => {
    await answer(page, READS);
    await page.goto('/account');
    await expect(page.getByText('Hello, Ada Lovelace.')).toBeVisible();
    await expect(page.getByRole('article')).toHaveCount(3);
    await expect(page.getByRole('article', { name: 'Order 1042' })).toContainText('Being packed');
    await expect(page.getByRole('article', { name: 'Order 1038' })).toContainText('Shipped');
    const nav = page.getByRole('navigation', { name: 'Account' });
    for (const name of ['Orders', 'Addresses', 'Security', 'Data']) {
      await expect(nav.getByRole('link', { name })).toBeVisible();
    }
    await expect(nav.getByRole('link', { name: 'Overview' })).toHaveAttribute('aria-current', 'page');
    await expect(page.locator('meta[name="robots"]')).toHaveAttribute('content', /noindex/);
  });

  test('changes how somebody is addressed', async ({ page }) => {
    const sent = await answer(page, {
      ...READS,
      'PATCH /api/account': (body) => ok({ ...ACCOUNT, ...(body as object) }),
    });
    await page.goto('/account');
    await page.getByRole('button', { name: 'Change your name' }).click();
    await page.getByLabel('Name').fill('Countess of Lovelace');
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByText('Hello, Countess of Lovelace.')).toBeVisible();
    expect(sent.at(-1)?.body).toEqual({ name: 'Countess of Lovelace' });
  });

  test('says what waits: a second factor, a new address', async ({ page }) => {
    const account = { ...ACCOUNT, role: 'support', needs_second_factor: true, new_email: 'ada@example.org' };
    await answer(page, { ...READS, 'GET /api/account': ok(account) });
    await page.goto('/account');
    await expect(page.getByText('Your role wants a second factor')).toBeVisible();
    await expect(main(page)).toContainText('at ada@example.com and at ada@example.org');
  });

  test('without orders points to what could be ordered', async ({ page }) => {
    await answer(page, { ...READS, 'GET /api/account/orders': ok({ items: [], next_cursor: null }) });
    await page.goto('/account');
    await expect(page.getByText('You have not ordered anything with this account yet.')).toBeVisible();
  });

  test('shows the rest when a part cannot be read, and tries again', async ({ page }) => {
    await answer(page, {
      ...READS,
      'GET /api/account/orders': (_, before) =>
        before === 0 ? problem(503, 'unavailable') : ok({ items: ORDERS, next_cursor: null }),
    });
    await page.goto('/account');
    await expect(page.getByText('Hello, Ada Lovelace.')).toBeVisible();
    await expect(page.getByText('Your orders cannot be shown right now')).toBeVisible();
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect(page.getByRole('article')).toHaveCount(3);
  });
});

test.describe('the orders', () => {
  test('come page by page', async ({ page }) => {
    await answer(page, {
      'GET /api/account/orders': (_, before) =>
        before === 0
          ? ok({ items: ORDERS.slice(0, 2), next_cursor: 'older' })
          : ok({ items: ORDERS.slice(2), next_cursor: null }),
    });
    await page.goto('/account/orders');
    await expect(page.getByRole('article')).toHaveCount(2);
    const asked = page.waitForRequest('**/api/account/orders?cursor=older');
    await page.getByRole('button', { name: 'Show older orders' }).click();
    await asked;
    await expect(page.getByRole('article')).toHaveCount(4);
    await expect(page.getByRole('button', { name: 'Show older orders' })).toHaveCount(0);
    await expect(page.getByRole('article', { name: 'Order 1009' })).toContainText('Waits for payment');
    await expect(page.getByRole('link', { name: 'Order 1042' })).toHaveAttribute('href', '/orders/1042');
  });

  test('of nobody yet are none', async ({ page }) => {
    await answer(page, { 'GET /api/account/orders': ok({ items: [], next_cursor: null }) });
    await page.goto('/account/orders');
    await expect(page.getByRole('heading', { name: 'No orders yet' })).toBeVisible();
  });

  test('can be ordered again', async ({ page, request }, { project }) => {
    await addToCart(page, await plenty(request, project.name, 60));
    const cart = await readCart(page);
    await answer(page, { ...READS, 'POST /api/account/orders/1042/reorder': ok({ cart, missing: [] }) });
    await page.goto('/account/orders');
    await page.getByRole('button', { name: 'Order again what order 1042 had' }).click();
    await expect(page.getByRole('dialog', { name: /^Your cart/ })).toContainText('everything of order 1042');
  });

  test('say what is not left when ordered again', async ({ page, request }, { project }) => {
    await addToCart(page, await plenty(request, project.name, 61));
    const cart = await readCart(page);
    const answered = ok({ cart, missing: ['Pager Mug'] });
    await answer(page, { ...READS, 'POST /api/account/orders/1042/reorder': answered });
    await page.goto('/account/orders');
    await page.getByRole('button', { name: 'Order again what order 1042 had' }).click();
    await expect(main(page).getByText('Not all of it is left: Pager Mug.')).toBeVisible();
    await expect(page.getByRole('dialog')).toBeHidden();
  });
});

test.describe('the address book', () => {
  const field = (page: Page, name: string) => page.locator(`[name="address.${name}"]`);

  test('begins empty, and the first address is used for everything', async ({ page }) => {
    const sent = await answer(page, {
      'GET /api/account/addresses': (_, before) => ok({ items: before === 0 ? [] : [HOME] }),
      'POST /api/account/addresses': { status: 201, body: HOME },
    });
    await page.goto('/account/addresses');
    await expect(page.getByRole('heading', { name: 'No addresses yet' })).toBeVisible();
    await page.getByRole('button', { name: 'Add an address' }).click();
    await expect(page.getByRole('heading', { name: 'A new address' })).toBeFocused();
    await page.getByRole('button', { name: 'Save the address' }).click();
    await expect(field(page, 'name')).toBeFocused();
    await field(page, 'country').selectOption('DE');
    for (const name of ['name', 'line1', 'postal_code', 'city'] as const) {
      await field(page, name).fill(HOME.address[name] ?? '');
    }
    await page.getByRole('button', { name: 'Save the address' }).click();
    await expect(page.getByRole('article')).toContainText('Parcels go here · Bills go here');
    expect(sent.find(({ asked }) => asked.startsWith('POST'))?.body).toEqual({
      address: HOME.address,
      default_shipping: true,
      default_billing: true,
    });
  });

  test('shows what the API refuses beside its field', async ({ page }) => {
    const errors = [{ field: 'address.postal_code', message: 'must look like 10115' }];
    await answer(page, {
      ...READS,
      'PUT /api/account/addresses/*': problem(400, 'invalid_request', errors),
    });
    await page.goto('/account/addresses');
    await page.getByRole('button', { name: /^Edit .*Nebenstr/ }).click();
    await expect(field(page, 'company')).toHaveValue('Analytical Engines GmbH');
    await field(page, 'postal_code').fill('1');
    await page.getByRole('button', { name: 'Save the address' }).click();
    await expect(field(page, 'postal_code')).toHaveAccessibleDescription('Postal code must look like 10115.');
    await expect(field(page, 'postal_code')).toBeFocused();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await expect(page.getByRole('article')).toHaveCount(2);
  });

  test('makes another address the one for parcels', async ({ page }) => {
    const sent = await answer(page, { ...READS, 'PUT /api/account/addresses/*': ok(OFFICE) });
    await page.goto('/account/addresses');
    await page.getByRole('button', { name: /^Send parcels here/ }).click();
    await expect
      .poll(() => sent.filter(({ asked }) => asked === 'GET /api/account/addresses'))
      .toHaveLength(2);
    expect(sent.find(({ asked }) => asked.startsWith('PUT'))?.body).toEqual({
      address: OFFICE.address,
      default_shipping: true,
      default_billing: false,
    });
  });

  test('deletes an address, after being asked', async ({ page }) => {
    const sent = await answer(page, { ...READS, 'DELETE /api/account/addresses/*': DONE });
    await page.goto('/account/addresses');
    const button = page.getByRole('button', { name: /^Delete .*Nebenstr/ });
    await button.click();
    const dialog = page.getByRole('dialog', { name: 'Delete this address?' });
    await dialog.getByRole('button', { name: 'Keep it' }).click();
    await expect(dialog).toBeHidden();
    await button.click();
    await dialog.getByRole('button', { name: 'Delete it' }).click();
    await expect(dialog).toBeHidden();
    expect(sent.some(({ asked }) => asked === `DELETE /api/account/addresses/${OFFICE.id}`)).toBe(true);
  });
});

test.describe('what is known of somebody', () => {
  const copy = (progress: number, expires_at: string | null = null) =>
    ok({ requested_at: '2026-11-23T06:00:00Z', progress, expires_at });

  test('is gathered, and can be fetched', async ({ page }) => {
    let progress = 0;
    await answer(page, {
      ...READS,
      'GET /api/account/export': (_, before) =>
        before === 0
          ? problem(404, 'not_found')
          : copy(progress, progress === 100 ? '2126-11-30T06:00:00Z' : null),
      'POST /api/account/export': (body) =>
        JSON.stringify(body).includes('wrong')
          ? problem(403, 'wrong_password')
          : { status: 202, body: copy(0).body },
    });
    await page.goto('/account/privacy');
    await page.getByRole('button', { name: 'Ask for a copy' }).click();
    const password = page.getByLabel('Your password', { exact: true });
    await password.fill('wrong wrong wrong');
    await page.getByRole('button', { name: 'Ask for the copy' }).click();
    await expect(password).toHaveAccessibleDescription('That is not your password.');
    await password.fill(PASSWORD);
    await page.getByRole('button', { name: 'Ask for the copy' }).click();
    await expect(page.getByRole('progressbar')).toHaveAttribute('value', '0');
    progress = 70;
    await expect(page.getByRole('progressbar')).toHaveAttribute('value', '70');
    progress = 100;
    const link = page.getByRole('link', { name: 'Download it' });
    await expect(link).toHaveAttribute('href', '/api/account/export/file');
    await expect(link).toHaveAttribute('download', 'my-data.json');
  });

  test('that was gathered long ago is asked for anew', async ({ page }) => {
    await answer(page, { ...READS, 'GET /api/account/export': copy(100, '2020-01-01T00:00:00Z') });
    await page.goto('/account/privacy');
    await expect(page.getByRole('button', { name: 'Ask for a copy' })).toBeVisible();
    await expect(page.getByRole('link', { name: 'Download it' })).toHaveCount(0);
  });

  test('goes, with the account, after a password and a clear word', async ({ page }) => {
    const sent = await answer(page, { ...READS, 'POST /api/account/erasure': DONE });
    await page.goto('/account/privacy');
    await page.getByRole('button', { name: 'Erase the account' }).click();
    const dialog = page.getByRole('dialog', { name: 'Erase this account?' });
    await dialog.getByLabel('Your password', { exact: true }).fill(PASSWORD);
    await dialog.getByRole('button', { name: 'Erase it for good' }).click();
    await expect(dialog.getByText('Tick the box first')).toBeVisible();
    expect(sent.some(({ asked }) => asked.startsWith('POST'))).toBe(false);
    await dialog.getByLabel('I know that this cannot be undone.').check();
    await dialog.getByRole('button', { name: 'Erase it for good' }).click();
    await expect(page.getByRole('heading', { name: 'Your account is erased' })).toBeFocused();
    expect(sent.at(-1)).toEqual({ asked: 'POST /api/account/erasure', body: { password: PASSWORD } });
    expect(await page.evaluate(() => localStorage.getItem('account'))).toBeNull();
  });
});

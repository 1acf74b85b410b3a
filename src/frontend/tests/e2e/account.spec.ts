// The whole way of an account, on the running store, with mails from a real mail server: from a guest's order to its erasure.
import { readFile } from 'node:fs/promises';
import type { APIRequestContext, Page } from '@playwright/test';
import { code } from './support/authenticator';
import { linkIn, mailTo } from './support/mailbox';
import {
  addToCart,
  CARDS,
  goToPayment,
  mail,
  type Offer,
  orderNumber,
  payButton,
  plenty,
  quantityOf,
  readCart,
  readOrder,
  status,
  typeCard,
} from './support/shopper';
import { expect, test } from './support/test';

const PASSWORD = "all the king's horses";

async function buy(page: Page, offer: Offer, email: string): Promise<number> {
  await addToCart(page, offer);
  await goToPayment(page, email);
  await typeCard(page, CARDS.pays);
  await payButton(page).click();
  const number = await orderNumber(page);
  await expect(status(page)).toContainText('Thank you');
  return number;
}

async function register(page: Page, api: APIRequestContext, email: string): Promise<void> {
  await page.goto('/account/register');
  await page.getByLabel('Name').fill('Ada Lovelace');
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('main').getByRole('button', { name: 'Create the account' }).click();
  await expect(page.getByRole('main')).toContainText(email);
  await page.goto(linkIn(await mailTo(api, email, 'Confirm your address'), '/account/verify'));
  await expect(page).toHaveURL(/\/account\/verify$/);
  await page.getByLabel('Password that you chose').fill(PASSWORD);
  await page.getByRole('button', { name: 'Confirm and sign in' }).click();
  await expect(page).toHaveURL(/\/account$/);
}

async function signIn(page: Page, email: string): Promise<void> {
  await page.goto('/account/sign-in');
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click();
}

async function setUpAuthenticator(page: Page): Promise<string> {
  await page.goto('/account/security');
  await page.getByRole('button', { name: 'Set it up' }).click();
  await page.getByLabel('Your password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Go on' }).click();
  const link = await page.getByRole('link', { name: 'Open it in an app here' }).getAttribute('href');
  const secret = new URL(link ?? '').searchParams.get('secret') ?? '';
  await page.getByLabel('Six digits that it shows now').fill(code(secret));
  await page.getByRole('button', { name: 'Turn it on' }).click();
  await page.getByRole('button', { name: 'I have kept them' }).click();
  return secret;
}

async function takeCopy(page: Page): Promise<string> {
  await page.goto('/account/privacy');
  await page.getByRole('button', { name: 'Ask for a copy …' }).click();
  await page.getByLabel('Your password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Ask for the copy' }).click();
  const downloading = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Download it' }).click({ timeout: 20_000 });
  return readFile(await (await downloading).path(), 'utf8');
}

async function erase(page: Page): Promise<void> {
  await page.goto('/account/privacy');
  await page.getByRole('button', { name: 'Erase the account …' }).click();
  await page.getByRole('dialog').getByRole('checkbox').check();
  await page.getByRole('dialog').getByLabel('Your password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Erase it for good' }).click();
}

/** Who is not signed in is told so; an open order keeps the account; a copy that nobody asked for is not there. */
const REFUSED = [/401.*\/api\/(account|auth)|409.*\/api\/account\/erasure|404.*\/api\/account\/export/];

test.describe('an account', () => {
  test.use({ tolerated: REFUSED });
  test.setTimeout(90_000);

  test('from a guest to a customer, with a second factor, and back to nobody', async ({ page, request }, {
    project,
  }) => {
    const [first, second] = [
      await plenty(request, project.name, 30),
      await plenty(request, project.name, 31),
    ];
    const email = mail('account');
    const number = await buy(page, first, email);

    await register(page, request, email);
    await page.goto('/account/orders');
    await expect(page.getByRole('main')).toContainText(String(number));
    await page.getByRole('button', { name: 'Order again' }).first().click();
    await expect(async () => expect(await quantityOf(page, first)).toBe(1)).toPass();

    const secret = await setUpAuthenticator(page);
    await mailTo(request, email, 'Signing in wants a code now');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await expect(page).toHaveURL(/\/(account\/sign-in.*)?$/);
    expect((await readCart(page)).items ?? []).toHaveLength(0);

    await addToCart(page, second);
    await signIn(page, email);
    await page.getByLabel('Six digits of your authenticator').fill(code(secret, 1));
    await page.getByRole('main').getByRole('button', { name: 'Confirm' }).click();
    await expect(page).toHaveURL(/\/account$/);
    expect(await quantityOf(page, first)).toBe(1);
    expect(await quantityOf(page, second)).toBe(1);

    const copy = JSON.parse(await takeCopy(page));
    expect(copy.account.email).toBe(email);
    expect(copy.orders[0].number).toBe(number);

    await erase(page);
    await expect(page.getByRole('dialog').getByRole('alert')).toContainText('order');
    await page.goto(`/orders/${number}`);
    await page.getByRole('button', { name: 'Cancel this order' }).click();
    await page.getByRole('button', { name: 'Cancel the order' }).click();
    await expect(status(page)).toContainText('cancelled');
    const paid = async () => (await readOrder(page, number)).payment_status;
    await expect.poll(paid, { timeout: 20_000 }).toBe('refunded');
    await erase(page);
    await expect(page.getByRole('main')).toContainText('Your account is erased');
    await mailTo(request, email, 'Your account is erased');
    await signIn(page, email);
    await expect(page.getByRole('main').getByRole('alert')).toBeVisible();
  });
});

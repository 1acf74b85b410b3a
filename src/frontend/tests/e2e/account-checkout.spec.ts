// Buying with an account and without: what is filled in, what is offered, and that a guest waits for nothing.
import {
  ACCOUNT,
  answer,
  believeSignedIn,
  HOME,
  OFFICE,
  ok,
  problem,
  READS,
  SIGNED_OUT,
} from './support/account';
import {
  addToCart,
  CARDS,
  field,
  goToPayment,
  mail,
  orderNumber,
  payButton,
  plenty,
  status,
  typeCard,
} from './support/shopper';
import { expect, test } from './support/test';

test.use({ tolerated: [/\/api\/(account|auth)\b/] });

test('a guest is offered to sign in, and asks for no account', async ({ page, request }, { project }) => {
  const asked: string[] = [];
  page.on('request', (sent) => asked.push(new URL(sent.url()).pathname));
  await addToCart(page, await plenty(request, project.name, 62));
  await page.goto('/checkout');
  await expect(page.getByRole('main').getByRole('link', { name: 'Sign in' })).toHaveAttribute(
    'href',
    '/account/sign-in?next=/checkout',
  );
  await expect(page.getByLabel('E-mail')).toHaveValue('');
  expect(asked.filter((path) => path.startsWith('/api/account'))).toEqual([]);
});

test('the address book fills in, and the first step is one press', async ({ page, request }, { project }) => {
  await addToCart(page, await plenty(request, project.name, 63));
  await believeSignedIn(page);
  await answer(page, READS);
  await page.goto('/checkout');
  await expect(page.getByLabel('E-mail')).toHaveValue(ACCOUNT.email);
  await expect(page.getByRole('radio', { name: /Hauptstr\. 1/ })).toBeChecked();
  await expect(field(page, 'line1')).toHaveCount(0);
  await expect(page.getByText('You have an account?')).toHaveCount(0);
  await page.getByRole('button', { name: 'Continue to delivery' }).click();
  await page.getByRole('button', { name: 'Continue to payment' }).click();
  await expect(page.getByRole('main')).toContainText('Hauptstr. 1');
});

test('another address of the book is chosen, or a new one typed', async ({ page, request }, { project }) => {
  await addToCart(page, await plenty(request, project.name, 64));
  await believeSignedIn(page);
  await answer(page, READS);
  await page.goto('/checkout');
  await page.getByRole('radio', { name: 'Another address' }).check();
  await expect(field(page, 'line1')).toHaveValue('');
  await page.getByRole('button', { name: 'Continue to delivery' }).click();
  await expect(field(page, 'name')).toBeFocused();
  await page.getByRole('radio', { name: /Nebenstr\. 22/ }).check();
  await expect(field(page, 'line1')).toHaveCount(0);
  await expect(page.getByText(/need(s)? a look/)).toHaveCount(0);
  await page.getByRole('button', { name: 'Continue to delivery' }).click();
  await page.getByRole('button', { name: 'Continue to payment' }).click();
  await expect(page.getByRole('main')).toContainText('Analytical Engines GmbH');
});

test('the bill goes to the address that is kept for it', async ({ page, request }, { project }) => {
  await addToCart(page, await plenty(request, project.name, 65));
  await believeSignedIn(page);
  const items = [
    { ...HOME, default_billing: false },
    { ...OFFICE, default_billing: true },
  ];
  await answer(page, { ...READS, 'GET /api/account/addresses': ok({ items }) });
  await page.goto('/checkout');
  await expect(page.getByLabel('The bill goes to the same address')).not.toBeChecked();
  const bill = page.getByRole('group', { name: 'Where does the bill go?' });
  await expect(bill.getByRole('radio', { name: /Nebenstr\. 22/ })).toBeChecked();
});

for (const [name, reply] of [
  ['has ended', SIGNED_OUT],
  ['cannot be asked for', problem(503, 'unavailable')],
] as const) {
  test(`who is not known buys as a guest: the session ${name}`, async ({ page, request }, { project }) => {
    await addToCart(page, await plenty(request, project.name, 66));
    await believeSignedIn(page);
    await answer(page, { 'GET /api/account': reply, 'GET /api/account/addresses': reply });
    await page.goto('/checkout');
    await expect(page.getByLabel('E-mail')).toHaveValue('');
    await expect(field(page, 'line1')).toBeVisible();
  });
}

test('a guest who has paid is offered an account, with nothing to type again', async ({ page, request }, {
  project,
}) => {
  const email = mail('offer');
  await addToCart(page, await plenty(request, project.name, 67));
  await goToPayment(page, email);
  await typeCard(page, CARDS.pays);
  await payButton(page).click();
  await orderNumber(page);
  await expect(status(page)).toContainText('Thank you');
  await page.getByRole('link', { name: `Create an account for ${email}` }).click();
  await expect(page).toHaveURL('/account/register');
  await expect(page.getByLabel('E-mail')).toHaveValue(email);
  await expect(page.getByLabel('Name')).toHaveValue('Ada Lovelace');
});

test('an order that this browser may not see leads to signing in, and back', async ({ page }) => {
  await page.goto('/orders/1');
  await expect(page.getByRole('main').getByRole('link', { name: 'Sign in' })).toHaveAttribute(
    'href',
    '/account/sign-in?next=/orders/1',
  );
});

// The way through the checkout as a guest: its steps, its forms, and what they complain about.
import {
  addToCart,
  CARDS,
  field,
  fillAddress,
  goToPayment,
  mail,
  orderNumber,
  payButton,
  plenty,
  readOrder,
  status,
  typeCard,
  watchKeys,
} from './support/shopper';
import { expect, test } from './support/test';

test('a guest buys two different things', async ({ page, request }, { project }) => {
  const [first, second] = [await plenty(request, project.name, 20), await plenty(request, project.name, 21)];
  await addToCart(page, first, 2);
  await addToCart(page, second);
  const email = mail('guest');
  await page.goto('/cart');
  await page.getByRole('main').getByRole('link', { name: 'Check out' }).click();
  await fillAddress(page, email);
  await page.getByRole('button', { name: 'Continue to delivery' }).click();
  await expect(page).toHaveURL('/checkout?step=delivery');
  await expect(page.getByRole('heading', { name: 'How does it travel?' })).toBeFocused();
  await page.getByRole('radio').first().check();
  await page.getByRole('button', { name: 'Continue to payment' }).click();
  await expect(page).toHaveURL('/checkout?step=payment');
  await typeCard(page, CARDS.pays);
  await payButton(page).click();

  const number = await orderNumber(page);
  await expect(status(page)).toContainText('Thank you. Your order is paid.');
  const order = await readOrder(page, number);
  expect(order).toMatchObject({ status: 'confirmed', payment_status: 'paid', email });
  expect(order.lines.map(({ variant_id, quantity }) => [variant_id, quantity])).toEqual(
    expect.arrayContaining([
      [first.variant.id, 2],
      [second.variant.id, 1],
    ]),
  );
  await expect(page.getByRole('main').getByText(email).first()).toBeVisible();
  // The cart is done.
  await expect(page.getByRole('banner').getByRole('link', { name: /^Cart/ })).toHaveAccessibleName('Cart');
  await page.goto('/checkout');
  await expect(page.getByRole('link', { name: `Look at order ${number}` })).toBeVisible();
});

test('the back button goes a step back, and forward again', async ({ page, request }, { project }) => {
  const email = mail('back');
  await addToCart(page, await plenty(request, project.name, 29));
  await goToPayment(page, email);
  await page.goBack();
  await expect(page.getByRole('heading', { name: 'How does it travel?' })).toBeVisible();
  await page.goBack();
  await expect(page.getByLabel('E-mail')).toHaveValue(email);
  await page.goForward();
  await page.goForward();
  await expect(page.getByLabel('Card number')).toBeVisible();
});

test('a reload keeps every step', async ({ page, request }, { project }) => {
  const email = mail('reload');
  await addToCart(page, await plenty(request, project.name, 30));
  await page.goto('/checkout');
  await fillAddress(page, email);
  await page.reload();
  await expect(page.getByLabel('E-mail')).toHaveValue(email);
  await expect(field(page, 'city')).toHaveValue('Berlin');
  await page.getByRole('button', { name: 'Continue to delivery' }).click();
  const last = page.getByRole('radio').last();
  await last.check();
  await page.reload();
  await expect(last).toBeChecked();
  await page.getByRole('button', { name: 'Continue to payment' }).click();
  await page.reload();
  await expect(page.getByLabel('Card number')).toBeVisible();
  await expect(page.getByRole('main').getByText(email)).toBeVisible();
});

test('a step whose ground is missing leads back to it', async ({ page, request }, { project }) => {
  await addToCart(page, await plenty(request, project.name, 31));
  await page.goto('/checkout?step=payment');
  await expect(page.getByLabel('E-mail')).toBeVisible();
  await expect(page).toHaveURL('/checkout');
});

test.describe('what is not right', () => {
  test.use({ tolerated: [/400/] });

  test('is said beside its field, and the first has the focus', async ({ page, request }, { project }) => {
    await addToCart(page, await plenty(request, project.name, 36));
    await page.goto('/checkout');
    await page.getByRole('button', { name: 'Continue to delivery' }).click();
    const email = page.getByLabel('E-mail');
    await expect(email).toBeFocused();
    await expect(email).toHaveAttribute('aria-invalid', 'true');
    await expect(email).toHaveAccessibleDescription(/An e-mail address is missing/);
    await fillAddress(page, mail('bad'));
    await expect(page.getByText(/is missing/)).toHaveCount(0);
    await field(page, 'postal_code').fill('ABC');
    await page.getByRole('button', { name: 'Continue to delivery' }).click();
    await page.getByRole('button', { name: 'Continue to payment' }).click();
    await typeCard(page, CARDS.pays);
    await payButton(page).click();
    await expect(field(page, 'postal_code')).toBeFocused();
    await expect(field(page, 'postal_code')).toHaveAccessibleDescription(/.+/);
    await field(page, 'postal_code').fill('10115');
    await page.getByRole('button', { name: 'Continue to delivery' }).click();
    await page.getByRole('button', { name: 'Continue to payment' }).click();
    // The card is still there: only the address had to be put right.
    await expect(page.getByLabel('Card number')).toHaveValue(CARDS.pays);
    await payButton(page).click();
    await orderNumber(page);
    await expect(status(page)).toContainText('Thank you');
  });

  test('an incomplete card is not sent', async ({ page, request }, { project }) => {
    const keys = watchKeys(page);
    await addToCart(page, await plenty(request, project.name, 37));
    await goToPayment(page, mail('card'));
    await page.getByLabel('Card number').fill('4242');
    await payButton(page).click();
    await expect(page.getByLabel('Card number')).toBeFocused();
    await expect(page.getByLabel('Card number')).toHaveAccessibleDescription(
      'The card number is not complete.',
    );
    expect(keys).toEqual([]);
  });
});

test('a card number is grouped while it is typed', async ({ page, request }, { project }) => {
  await addToCart(page, await plenty(request, project.name, 38));
  await goToPayment(page, mail('typing'));
  const number = page.getByLabel('Card number');
  await number.pressSequentially('4242424242424242');
  await expect(number).toHaveValue('4242 4242 4242 4242');
  await page.getByLabel('Expires').pressSequentially('434');
  await expect(page.getByLabel('Expires')).toHaveValue('04 / 34');
});

test('another country has another form', async ({ page, request }, { project }) => {
  const { items } = await (await request.get('/api/countries')).json();
  await addToCart(page, await plenty(request, project.name, 39));
  await page.goto('/checkout');
  for (const { code, fields } of items.slice(0, 6)) {
    await field(page, 'country').selectOption(code);
    const names = await page
      .locator('[name^="shipping_address."]')
      .evaluateAll((inputs) => inputs.map((input) => input.getAttribute('name')?.split('.')[1]));
    expect(names).toEqual(['country', ...fields.map(({ name }: { name: string }) => name)]);
  }
});

test('the bill may go elsewhere', async ({ page, request }, { project }) => {
  await addToCart(page, await plenty(request, project.name, 40));
  await page.goto('/checkout');
  await fillAddress(page, mail('billing'));
  await page.getByLabel('The bill goes to the same address').uncheck();
  await page.getByRole('button', { name: 'Continue to delivery' }).click();
  const bill = (name: string) => page.locator(`[name="billing_address.${name}"]`);
  await expect(bill('name')).toBeFocused();
  await bill('name').fill('Analytical Engines');
  await bill('line1').fill('Nebenstr. 2');
  await bill('postal_code').fill('10117');
  await bill('city').fill('Berlin');
  await page.getByRole('button', { name: 'Continue to delivery' }).click();
  await page.getByRole('button', { name: 'Continue to payment' }).click();
  await typeCard(page, CARDS.pays);
  await payButton(page).click();
  const order = await readOrder(page, await orderNumber(page));
  expect(order.billing_address).toMatchObject({ name: 'Analytical Engines', postal_code: '10117' });
  expect(order.shipping_address).toMatchObject({ name: 'Ada Lovelace' });
});

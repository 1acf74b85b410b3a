// Buying as a guest: every way through the checkout, and everything that can come in between.
import type { Page } from '@playwright/test';
import {
  addToCart,
  CARDS,
  field,
  fillAddress,
  goToPayment,
  mail,
  orderNumber,
  payButton,
  placeOverApi,
  plenty,
  readCart,
  readOrder,
  typeCard,
} from './support/shopper';
import { expect, test } from './support/test';

const DECLINED = [/402/];
const status = (page: Page) => page.getByRole('main').getByRole('status');

/** Counts the orders that a page asks for, by their keys. */
function watchKeys(page: Page): string[] {
  const keys: string[] = [];
  page.on('request', (request) => {
    if (request.method() === 'POST' && request.url().endsWith('/api/orders')) {
      keys.push(request.headers()['idempotency-key'] ?? '');
    }
  });
  return keys;
}

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

test.describe('a declined card', () => {
  test.use({ tolerated: DECLINED });

  test('is told kindly, and another pays the same order at once', async ({ page, request }, { project }) => {
    const keys = watchKeys(page);
    await addToCart(page, await plenty(request, project.name, 22));
    await goToPayment(page, mail('declined'));
    await typeCard(page, CARDS.declined);
    await payButton(page).click();
    await expect(page.getByRole('alert').filter({ hasText: 'The card was declined.' })).toBeVisible();
    const { pending_order: pending } = await readCart(page);
    await typeCard(page, CARDS.pays);
    await payButton(page).click();
    expect(await orderNumber(page)).toBe(pending?.number);
    await expect(status(page)).toContainText('Thank you');
    expect(keys).toHaveLength(1);
  });

  test('and a closed tab: coming back goes on with the same order', async ({ page, request, context }, {
    project,
  }) => {
    await addToCart(page, await plenty(request, project.name, 23));
    await goToPayment(page, mail('closed'));
    await typeCard(page, CARDS.declined);
    await payButton(page).click();
    await expect(page.getByRole('alert').filter({ hasText: 'The card was declined.' })).toBeVisible();
    const { pending_order: pending } = await readCart(page);
    await page.close();

    const later = await context.newPage();
    await later.goto('/cart');
    await expect(later.getByText(`Order ${pending?.number} waits for your payment`)).toBeVisible();
    await later.goto('/checkout');
    await expect(later).toHaveURL('/checkout?step=payment');
    await typeCard(later, CARDS.pays);
    await payButton(later).click();
    expect(await orderNumber(later)).toBe(pending?.number);
    await expect(status(later)).toContainText('Thank you');
  });

  test('and a change of mind: the order is given up, nothing typed is lost', async ({ page, request }, {
    project,
  }) => {
    const email = mail('change');
    await addToCart(page, await plenty(request, project.name, 24));
    await goToPayment(page, email);
    await typeCard(page, CARDS.declined);
    await payButton(page).click();
    await expect(page.getByRole('alert').filter({ hasText: 'The card was declined.' })).toBeVisible();
    const { pending_order: pending } = await readCart(page);
    await page.getByRole('button', { name: 'Give it up and change the cart or address' }).click();
    await page.getByRole('link', { name: 'Change contact' }).click();
    await expect(page.getByLabel('E-mail')).toHaveValue(email);
    await expect(field(page, 'line1')).toHaveValue('Hauptstr. 1');
    expect((await readOrder(page, pending?.number ?? 0)).status).toBe('cancelled');
    await page.getByRole('button', { name: 'Continue to delivery' }).click();
    await page.getByRole('button', { name: 'Continue to payment' }).click();
    await typeCard(page, CARDS.pays);
    await payButton(page).click();
    expect(await orderNumber(page)).not.toBe(pending?.number);
    await expect(status(page)).toContainText('Thank you');
  });
});

test.describe('a payment that the bank asks about', () => {
  test('is approved on the provider’s page', async ({ page, request }, { project }) => {
    await addToCart(page, await plenty(request, project.name, 25));
    await goToPayment(page, mail('approve'));
    await typeCard(page, CARDS.confirmed);
    await payButton(page).click();
    await page.getByRole('button', { name: 'Approve', exact: true }).click();
    await orderNumber(page);
    await expect(status(page)).toContainText('Thank you');
  });

  test('is declined there, and paid with another card', async ({ page, request }, { project }) => {
    await addToCart(page, await plenty(request, project.name, 26));
    await goToPayment(page, mail('refuse'));
    await typeCard(page, CARDS.confirmed);
    await payButton(page).click();
    await page.getByRole('button', { name: 'Decline', exact: true }).click();
    const number = await orderNumber(page);
    await expect(status(page)).toContainText('The payment did not go through');
    await page.getByRole('link', { name: /^Pay .+ now$/ }).click();
    await typeCard(page, CARDS.pays);
    await payButton(page).click();
    expect(await orderNumber(page)).toBe(number);
    await expect(status(page)).toContainText('Thank you');
  });

  test('is paid also when the tab is closed before the way back', async ({ page, request, context }, {
    project,
  }) => {
    await addToCart(page, await plenty(request, project.name, 27));
    await goToPayment(page, mail('vanish'));
    await typeCard(page, CARDS.confirmed);
    await payButton(page).click();
    await page.getByRole('button', { name: 'Approve', exact: true }).waitFor();
    const later = await context.newPage();
    const { pending_order: pending } = await readCart(later);
    const approved = page.waitForResponse((response) => response.request().method() === 'POST');
    await page.getByRole('button', { name: 'Approve', exact: true }).click({ noWaitAfter: true });
    await approved;
    await page.close();
    await later.goto(`/orders/${pending?.number}`);
    await expect(status(later)).toContainText('Paid, and being packed');
  });

  test('the way back from the provider’s page finds the order waiting', async ({ page, request }, {
    project,
  }) => {
    await addToCart(page, await plenty(request, project.name, 28));
    await goToPayment(page, mail('return'));
    await typeCard(page, CARDS.confirmed);
    await payButton(page).click();
    await page.getByRole('button', { name: 'Approve', exact: true }).waitFor();
    await page.goBack();
    await expect(page.getByRole('heading', { name: 'Pay your order' })).toBeVisible();
    await typeCard(page, CARDS.pays);
    await payButton(page).click();
    await orderNumber(page);
    await expect(status(page)).toContainText('Thank you');
  });
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

test('a double click on Pay orders and pays once', async ({ page, request }, { project }) => {
  const keys = watchKeys(page);
  await addToCart(page, await plenty(request, project.name, 32));
  await goToPayment(page, mail('double'));
  await typeCard(page, CARDS.pays);
  await payButton(page).dblclick();
  await orderNumber(page);
  await expect(status(page)).toContainText('Thank you');
  expect(keys).toHaveLength(1);
});

test.describe('an answer that is lost', () => {
  test.use({ tolerated: [/net::ERR_FAILED/] });

  test('is asked for again with the same key', async ({ page, request }, { project }) => {
    const keys = watchKeys(page);
    await addToCart(page, await plenty(request, project.name, 33));
    await goToPayment(page, mail('lost'));
    await typeCard(page, CARDS.pays);
    await page.route(
      '**/api/orders',
      async (route) => {
        await route.fetch();
        await route.abort();
      },
      { times: 1 },
    );
    await payButton(page).click();
    await expect(page.getByRole('alert').filter({ hasText: 'No answer came' })).toBeVisible();
    const { pending_order: pending } = await readCart(page);
    await payButton(page).click();
    expect(await orderNumber(page)).toBe(pending?.number);
    await expect(status(page)).toContainText('Thank you');
    expect(new Set(keys).size).toBe(1);
  });
});

test.describe('two tabs with one cart', () => {
  test.use({ tolerated: [/409/] });

  test('place one order between them', async ({ page, request, context }, { project }) => {
    await addToCart(page, await plenty(request, project.name, 34));
    await goToPayment(page, mail('tabs'));
    const other = await context.newPage();
    await goToPayment(other, mail('tabs-other'));
    await typeCard(other, CARDS.confirmed);
    await payButton(other).click();
    await other.getByRole('button', { name: 'Approve', exact: true }).waitFor();
    const { pending_order: pending } = await readCart(page);

    await typeCard(page, CARDS.pays);
    await payButton(page).click();
    const resumed = page.getByRole('heading', { name: 'Pay your order' });
    const paid = page.getByRole('heading', { level: 1, name: `Order ${pending?.number}` });
    await expect(resumed.or(paid)).toBeVisible();
    if (await resumed.isVisible()) await payButton(page).click();
    expect(await orderNumber(page)).toBe(pending?.number);
    await expect(status(page)).toContainText('Thank you');
  });

  test('show the same total at checkout', async ({ page, request, context }, { project }) => {
    await addToCart(page, await plenty(request, project.name, 35));
    await page.goto('/checkout');
    await expect(page.getByLabel('E-mail')).toBeVisible();
    const other = await context.newPage();
    await other.goto('/cart');
    await other.getByRole('main').getByRole('button', { name: 'One more' }).click();
    await expect(page.getByRole('complementary', { name: 'Order summary' })).toContainText('2 items');
  });
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

test.describe('an order', () => {
  test('that is paid can be cancelled, after being asked', async ({ page, request }, { project }) => {
    await addToCart(page, await plenty(request, project.name, 41));
    await goToPayment(page, mail('cancel'));
    await typeCard(page, CARDS.pays);
    await payButton(page).click();
    const number = await orderNumber(page);
    await expect(status(page)).toContainText('Thank you');
    await page.getByRole('button', { name: 'Cancel this order' }).click();
    const dialog = page.getByRole('dialog', { name: `Cancel order ${number}?` });
    await expect(dialog).toContainText('goes back to where it came from');
    await dialog.getByRole('button', { name: 'Keep it' }).click();
    await expect(dialog).toBeHidden();
    await page.getByRole('button', { name: 'Cancel this order' }).click();
    await dialog.getByRole('button', { name: 'Cancel the order' }).click();
    await expect(status(page)).toContainText('This order is cancelled');
    expect((await readOrder(page, number)).status).toBe('cancelled');
    await expect(page.getByText('You cancelled it')).toBeVisible();
  });

  test.describe('seen by its link', () => {
    test.use({ tolerated: [/404.*\/api\/orders/] });

    test('is shown, and the key does not stay in the address', async ({
      page,
      request,
      playwright,
      baseURL,
    }, { project }) => {
      const shopper = await playwright.request.newContext({ baseURL });
      const { number, token } = await placeOverApi(shopper, await plenty(request, project.name, 42), 1);
      await page.goto(`/orders/${number}`);
      await expect(page.getByText('This browser may not see that order')).toBeVisible();
      await page.goto(`/orders/${number}#${token}`);
      await expect(status(page)).toContainText('This order waits for your payment');
      await expect(page).toHaveURL(`/orders/${number}`);
      await page.reload();
      await expect(status(page)).toContainText('This order waits for your payment');
      await shopper.post(`/api/orders/${number}/cancellation`);
      await shopper.dispose();
    });
  });
});

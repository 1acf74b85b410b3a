// Paying: declined, confirmed at the bank, interrupted, repeated. An order is placed once and paid once.
import {
  addToCart,
  CARDS,
  field,
  goToPayment,
  mail,
  orderNumber,
  payButton,
  plenty,
  readCart,
  readOrder,
  status,
  typeCard,
  watchKeys,
} from './support/shopper';
import { expect, test } from './support/test';

const DECLINED = [/402/];

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

// An order’s own page: cancelled after being asked, and seen by whoever has its link.
import {
  addToCart,
  CARDS,
  goToPayment,
  mail,
  orderNumber,
  payButton,
  placeOverApi,
  plenty,
  readOrder,
  status,
  typeCard,
} from './support/shopper';
import { expect, test } from './support/test';

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

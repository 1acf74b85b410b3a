// WCAG 2.2 AA as far as a machine can tell, on every kind of page, by day and by night, at rest and opened.
import { violations } from './support/axe';
import { PAGE_KINDS, pageKinds } from './support/catalogue';
import {
  addToCart,
  CARDS,
  fillAddress,
  goToPayment,
  mail,
  orderNumber,
  payButton,
  plenty,
  typeCard,
} from './support/shopper';
import { expect, test } from './support/test';

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(`by ${colorScheme === 'light' ? 'day' : 'night'}`, () => {
    test.use({ colorScheme, tolerated: [/404/] });

    for (const kind of [...PAGE_KINDS, 'missing'] as const) {
      test(`page: ${kind}`, async ({ page, request }) => {
        await page.goto(kind === 'missing' ? '/nowhere' : (await pageKinds(request))[kind]);
        expect(await violations(page)).toEqual([]);
      });
    }

    test('open: suggestions', async ({ page }) => {
      await page.goto('/shipping');
      const box = page.getByRole('combobox', { name: 'Search products' });
      await box.fill('hoo');
      await page.getByRole('option').first().waitFor();
      await box.press('ArrowDown');
      expect(await violations(page)).toEqual([]);
    });

    test('buying: the cart, beside a page and on its own', async ({ page, request }, { project }) => {
      await addToCart(page, await plenty(request, project.name, 50), 2);
      expect(await violations(page)).toEqual([]);
      await page.goto('/cart');
      await page.getByRole('button', { name: /^Remove/ }).click();
      await page.getByRole('button', { name: /^Undo/ }).waitFor();
      expect(await violations(page)).toEqual([]);
      await page.getByRole('button', { name: /^Undo/ }).click();
      await page.getByRole('main').getByRole('textbox', { name: 'Quantity' }).waitFor();
      expect(await violations(page)).toEqual([]);
    });

    test('buying: each step, and what it complains about', async ({ page, request }, { project }) => {
      await addToCart(page, await plenty(request, project.name, 51));
      await page.goto('/checkout');
      await page.getByLabel('The bill goes to the same address').uncheck();
      await page.getByRole('button', { name: 'Continue to delivery' }).click();
      await page.getByText(/fields need a look/).waitFor();
      expect(await violations(page)).toEqual([]);
      await page.getByLabel('The bill goes to the same address').check();
      await fillAddress(page, mail('axe'));
      await page.getByRole('button', { name: 'Continue to delivery' }).click();
      await page.getByRole('radio').first().waitFor();
      expect(await violations(page)).toEqual([]);
      await page.getByRole('button', { name: 'Continue to payment' }).click();
      await payButton(page).click();
      await page.getByText('The card number is not complete.').waitFor();
      expect(await violations(page)).toEqual([]);
    });

    test('buying: an order, and the question before it is cancelled', async ({ page, request }, {
      project,
    }) => {
      await addToCart(page, await plenty(request, project.name, 52));
      await goToPayment(page, mail('axe-order'));
      await typeCard(page, CARDS.pays);
      await payButton(page).click();
      await orderNumber(page);
      await page.getByText('Thank you').waitFor();
      expect(await violations(page)).toEqual([]);
      await page.getByRole('button', { name: 'Cancel this order' }).click();
      await page.getByRole('dialog').waitFor();
      expect(await violations(page)).toEqual([]);
    });

    for (const [name, path] of [
      ['Menu', '/shipping'],
      ['Filters', '/search?q=hoodie'],
    ] as const) {
      test(`open: ${name.toLowerCase()}`, async ({ page, isMobile }) => {
        test.skip(!isMobile, 'on a wide screen it is always open');
        await page.goto(path);
        await page.getByText(name, { exact: true }).click();
        expect(await violations(page)).toEqual([]);
      });
    }
  });
}

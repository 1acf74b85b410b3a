// The cart: nothing that a shopper chose is lost, and nothing that has changed goes unsaid.
import type { Page, Route } from '@playwright/test';
import {
  addToCart,
  type Cart,
  openProduct,
  placeOverApi,
  plenty,
  quantityOf,
  readCart,
  scarce,
} from './support/shopper';
import { expect, test, WITHOUT_SCRIPT } from './support/test';

const drawer = (page: Page) => page.getByRole('dialog', { name: /^Your cart/ });
const cartLink = (page: Page) => page.getByRole('banner').getByRole('link', { name: /^Cart/ });

test('adding opens the drawer, says what was added, and gives the focus back', async ({ page, request }, {
  project,
}) => {
  const offer = await plenty(request, project.name, 0);
  await addToCart(page, offer, 2);
  await expect(drawer(page).getByRole('status').filter({ hasText: offer.product.title })).toBeVisible();
  await expect(drawer(page).getByRole('textbox', { name: 'Quantity' })).toHaveValue('2');
  await page.keyboard.press('Escape');
  await expect(drawer(page)).toBeHidden();
  await expect(page.getByRole('button', { name: 'Add to cart' })).toBeFocused();
  await expect(cartLink(page)).toHaveAccessibleName('Cart, 2 items');
  expect(await quantityOf(page, offer)).toBe(2);
});

test('the keyboard alone buys', async ({ page, request }, { project }) => {
  const offer = await plenty(request, project.name, 1);
  await openProduct(page, offer);
  const button = page.getByRole('button', { name: 'Add to cart' });
  await expect(button).toBeEnabled();
  await button.focus();
  await page.keyboard.press('Enter');
  await expect(drawer(page).getByText('Added:')).toBeVisible();
  await expect(drawer(page).locator(':focus')).toHaveCount(1);
});

test('the cart is still there on the next page and the next day', async ({ page, request, context }, {
  project,
}) => {
  const offer = await plenty(request, project.name, 2);
  await addToCart(page, offer);
  await page.close();
  const later = await context.newPage();
  await later.goto('/');
  await expect(cartLink(later)).toHaveAccessibleName('Cart, 1 item');
  await later.goto('/cart');
  await expect(later.getByRole('link', { name: offer.product.title })).toBeVisible();
});

test('removing can be undone, at the same place', async ({ page, request }, { project }) => {
  const [first, second] = [await plenty(request, project.name, 3), await plenty(request, project.name, 4)];
  await addToCart(page, first, 3);
  await addToCart(page, second);
  await page.goto('/cart');
  const main = page.getByRole('main');
  await main
    .getByRole('button', { name: `Remove ${first.product.title}` })
    .first()
    .click();
  const undo = main.getByRole('button', { name: `Undo removing ${first.product.title}` });
  await expect(undo).toBeFocused();
  await expect.poll(() => quantityOf(page, first)).toBe(0);
  await undo.click();
  await expect.poll(() => quantityOf(page, first)).toBe(3);
  await expect(main.getByRole('textbox', { name: 'Quantity' }).first()).toHaveValue('3');
});

test('rapid clicks are all counted, also while an answer is slow', async ({ page, request }, { project }) => {
  const offer = await plenty(request, project.name, 5);
  await addToCart(page, offer);
  await page.goto('/cart');
  const more = page.getByRole('main').getByRole('button', { name: 'One more' });
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const sent: number[] = [];
  await page.route('**/api/carts/current/items/*', async (route) => {
    sent.push(route.request().postDataJSON().quantity);
    await held;
    await route.continue();
  });
  for (let click = 0; click < 5; click++) await more.click();
  await expect(page.getByRole('main').getByRole('textbox', { name: 'Quantity' })).toHaveValue('6');
  release();
  await expect.poll(() => quantityOf(page, offer)).toBe(6);
  // One under way, then the last wish: what lies between is not sent.
  await expect.poll(() => sent.at(-1)).toBe(6);
  expect(sent.length).toBeLessThan(5);
});

test('a change is kept when the page is left at once', async ({ page, request }, { project }) => {
  const offer = await plenty(request, project.name, 6);
  await addToCart(page, offer);
  await page.goto('/cart');
  const more = page.getByRole('main').getByRole('button', { name: 'One more' });
  for (let click = 0; click < 3; click++) await more.click();
  await page.goto('/shipping');
  await expect.poll(() => quantityOf(page, offer)).toBe(4);
});

test('a typed quantity counts as well', async ({ page, request }, { project }) => {
  const offer = await plenty(request, project.name, 7);
  await addToCart(page, offer);
  await page.goto('/cart');
  const quantity = page.getByRole('main').getByRole('textbox', { name: 'Quantity' });
  await quantity.fill('5');
  await quantity.press('Enter');
  await expect.poll(() => quantityOf(page, offer)).toBe(5);
});

test('two tabs show one cart', async ({ page, request, context }, { project }) => {
  const offer = await plenty(request, project.name, 8);
  await addToCart(page, offer);
  const other = await context.newPage();
  await other.goto('/cart');
  const shown = other.getByRole('main').getByRole('textbox', { name: 'Quantity' });
  await expect(shown).toHaveValue('1');
  await drawer(page).getByRole('button', { name: 'One more' }).click();
  await expect(shown).toHaveValue('2');
  await other
    .getByRole('main')
    .getByRole('button', { name: /^Remove/ })
    .click();
  await expect(drawer(page).getByRole('heading', { name: 'Your cart is empty' })).toBeVisible();
});

test('the way back shows the cart as it is now', async ({ page, request }, { project }) => {
  const offer = await plenty(request, project.name, 9);
  await addToCart(page, offer);
  await page.goto('/cart');
  await expect(page.getByRole('main').getByRole('textbox', { name: 'Quantity' })).toHaveValue('1');
  await page.goto('/shipping');
  await page.request.patch(`/api/carts/current/items/${offer.variant.id}`, { data: { quantity: 4 } });
  await page.goBack();
  await expect(page.getByRole('main').getByRole('textbox', { name: 'Quantity' })).toHaveValue('4');
});

test.describe('more than there is', () => {
  test.use({ tolerated: [/409/] });

  test('is refused kindly, and the cart stays as it was', async ({ page, request }, { project }) => {
    const offer = await scarce(request, project.name, 0);
    const left = offer.variant.quantity_left ?? 0;
    await addToCart(page, offer, left);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Add to cart' }).click();
    await expect(page.getByRole('main').getByRole('alert')).toContainText(`You have ${left} in your cart`);
    expect(await quantityOf(page, offer)).toBe(left);
  });

  test('what somebody else has bought meanwhile is said, and can be put right', async ({
    page,
    request,
    playwright,
    baseURL,
  }, { project }) => {
    const offer = await scarce(request, project.name, 1);
    const left = offer.variant.quantity_left ?? 0;
    await addToCart(page, offer, left);
    const other = await playwright.request.newContext({ baseURL });
    const { number } = await placeOverApi(other, offer, 1);
    await page.goto('/cart');
    const main = page.getByRole('main');
    const said = left === 2 ? 'Only 1 left' : `Only ${left - 1} left`;
    await expect(main.getByText(`${said}: you wanted ${left}.`)).toBeVisible();
    await expect(main.getByRole('link', { name: 'Check out' })).toHaveCount(0);
    await main.getByRole('button', { name: `Take ${left - 1}` }).click();
    await expect(main.getByRole('link', { name: 'Check out' })).toBeVisible();
    await expect.poll(() => quantityOf(page, offer)).toBe(left - 1);
    await other.post(`/api/orders/${number}/cancellation`);
    await other.dispose();
  });
});

/** The cart with its first line dearer than it was when somebody last looked. */
function dearer(cart: Cart): Cart {
  const before = { amount: 100, currency: cart.currency };
  const items = cart.items.map((item, index) => ({
    ...item,
    changed: index === 0 ? { previous_price: before, previous_quantity: null } : null,
  }));
  return { ...cart, items };
}

test('a price that changed is told, and acknowledged', async ({ page, request }, { project }) => {
  const offer = await plenty(request, project.name, 10);
  await addToCart(page, offer);
  const change = async (route: Route) => {
    const response = await route.fetch();
    await route.fulfill({ response, json: dearer(await response.json()) });
  };
  await page.route('**/api/carts/current', change);
  await page.goto('/cart');
  const main = page.getByRole('main');
  await expect(main.getByText(/^Now .+: it was €1\.00\.$/)).toBeVisible();
  await page.unroute('**/api/carts/current', change);
  await main.getByRole('button', { name: 'All right' }).click();
  await expect(main.getByText(/it was €1\.00/)).toHaveCount(0);
});

test.describe('without an answer', () => {
  test.use({ tolerated: [/net::ERR_FAILED/] });

  test('the cart says so and comes back', async ({ page, request }, { project }) => {
    const offer = await plenty(request, project.name, 11);
    await addToCart(page, offer);
    await page.route('**/api/carts/**', (route) => route.abort());
    await page.goto('/cart');
    await expect(page.getByRole('heading', { name: 'The cart cannot be shown right now' })).toBeVisible();
    await page.unroute('**/api/carts/**');
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect(page.getByRole('main').getByRole('link', { name: offer.product.title })).toBeVisible();
  });

  test('a change that was not saved is kept and sent again', async ({ page, request }, { project }) => {
    const offer = await plenty(request, project.name, 12);
    await addToCart(page, offer);
    await page.goto('/cart');
    const main = page.getByRole('main');
    await expect(main.getByRole('link', { name: 'Check out' })).toBeVisible();
    await page.route('**/api/carts/**', (route) => route.abort());
    await main.getByRole('button', { name: 'One more' }).click();
    await expect(main.getByText('Your change is not saved yet')).toBeVisible();
    await expect(main.getByRole('textbox', { name: 'Quantity' })).toHaveValue('2');
    await page.unroute('**/api/carts/**');
    await main.getByRole('button', { name: 'Try again' }).click();
    await expect(main.getByText('Your change is not saved yet')).toHaveCount(0);
    expect(await quantityOf(page, offer)).toBe(2);
  });
});

test('who has no cart asks for none', async ({ page }) => {
  const asked: string[] = [];
  page.on('request', (request) => request.url().includes('/api/carts') && asked.push(request.url()));
  for (const path of ['/', '/shipping', '/products']) {
    await page.goto(path);
    await expect(cartLink(page)).toHaveAccessibleName('Cart');
  }
  expect(asked).toEqual([]);
  await page.goto('/cart');
  await expect(page.getByRole('heading', { level: 1, name: 'Your cart is empty' })).toBeVisible();
});

test('another cart cannot be read by its id', async ({ page, request, playwright, baseURL }, { project }) => {
  await addToCart(page, await plenty(request, project.name, 13));
  const { id } = await readCart(page);
  const stranger = await playwright.request.newContext({ baseURL });
  expect((await stranger.get(`/api/carts/${id}`)).status()).toBe(404);
  await stranger.dispose();
});

test.describe('without a script', () => {
  test.use(WITHOUT_SCRIPT);

  test('buying says that it needs one', async ({ page, request }, { project }) => {
    await openProduct(page, await plenty(request, project.name, 0));
    await expect(page.getByRole('button', { name: 'Buying needs JavaScript' })).toBeDisabled();
    await cartLink(page).click();
    await expect(page.getByText('Cart, checkout, orders and accounts need JavaScript.')).toBeVisible();
  });
});

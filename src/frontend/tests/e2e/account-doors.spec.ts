// The ways into an account: signing in with one step or two, registering, and the links of mails. The API's answers are
// given by the tests, so that each of them can be shown.
import type { Page } from '@playwright/test';
import {
  ACCOUNT,
  answer,
  believeSignedIn,
  DONE,
  ok,
  problem,
  READS,
  SIGNED_OUT,
  TOKEN,
} from './support/account';
import { expect, test } from './support/test';

const PASSWORD = 'a sentence is a good one';
const SIGNED_IN = ok({ state: 'signed_in', account: ACCOUNT });
const CODE_WANTED = ok({ state: 'second_factor_required', account: null });

test.use({ tolerated: [/\/api\/(account|auth)\b/] });

const password = (page: Page, label = 'Password') => page.getByLabel(label, { exact: true });
const trouble = (page: Page) => page.getByRole('main').getByRole('alert');

async function signIn(page: Page): Promise<void> {
  await page.getByLabel('E-mail').fill('ada@example.com');
  await password(page).fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

test.describe('signing in', () => {
  test('leads to where somebody wanted to be, with the cart that is theirs now', async ({ page }) => {
    const sent = await answer(page, { ...READS, 'POST /api/auth/login': SIGNED_IN });
    await page.goto('/account/sign-in?next=/account/orders');
    const cart = page.waitForRequest('**/api/carts/current');
    await signIn(page);
    await cart;
    await expect(page).toHaveURL('/account/orders');
    expect(sent[0]?.body).toEqual({ email: 'ada@example.com', password: PASSWORD });
  });

  for (const next of [
    '//elsewhere.example',
    '/\\elsewhere.example',
    '/.//elsewhere.example/x',
    '/\t/elsewhere.example',
    'https://elsewhere.example/',
    'cart',
  ]) {
    test(`leads nowhere else, whatever the address says: ${next}`, async ({ page }) => {
      await answer(page, { ...READS, 'POST /api/auth/login': SIGNED_IN });
      await page.goto(`/account/sign-in?next=${encodeURIComponent(next)}`);
      await signIn(page);
      await expect(page).toHaveURL('/account');
    });
  }

  test('says that it did not work, and not what of it', async ({ page }) => {
    await answer(page, { 'POST /api/auth/login': problem(401, 'invalid_credentials') });
    await page.goto('/account/sign-in');
    await signIn(page);
    await expect(trouble(page)).toHaveText(
      'The address or the password is not right, or the address was not confirmed yet.',
    );
    await expect(password(page)).toHaveValue(PASSWORD);
  });

  for (const [seconds, said] of [
    ['40', '40 seconds'],
    ['840', '14 minutes'],
    ['7200', '2 hours'],
  ] as const) {
    test(`says how long to wait after too many tries: ${said}`, async ({ page }) => {
      const refused = problem(429, 'too_many_attempts', [], { 'retry-after': seconds });
      await answer(page, { 'POST /api/auth/login': refused });
      await page.goto('/account/sign-in');
      await signIn(page);
      await expect(trouble(page)).toHaveText(`Too many tries. Please try again in ${said}.`);
    });
  }

  test('wants both fields, and goes to the first that is missing', async ({ page }) => {
    await answer(page, {});
    await page.goto('/account/sign-in');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await expect(page.getByLabel('E-mail')).toBeFocused();
    await expect(password(page)).toHaveAccessibleDescription('The password is missing.');
  });

  test('shows a password to who wants to see it', async ({ page }) => {
    await answer(page, {});
    await page.goto('/account/sign-in');
    await password(page).fill(PASSWORD);
    await expect(password(page)).toHaveAttribute('type', 'password');
    await page.getByRole('button', { name: 'Show password' }).click();
    await expect(password(page)).toHaveAttribute('type', 'text');
    await page.getByRole('button', { name: 'Hide password' }).click();
    await expect(password(page)).toHaveAttribute('type', 'password');
    await expect(password(page)).toHaveAttribute('autocomplete', 'current-password');
  });

  test('tells a store that does not answer from a wrong password', async ({ page }) => {
    await answer(page, { 'POST /api/auth/login': problem(503, 'unavailable') });
    await page.goto('/account/sign-in');
    await signIn(page);
    await expect(trouble(page)).toContainText('The store does not answer right now');
  });

  test('keeps what was typed before the script arrived, and sends it nowhere until then', async ({
    page,
  }) => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.route('**/_next/static/**/*.js', async (route) => {
      await held;
      await route.continue();
    });
    const sent = await answer(page, { ...READS, 'POST /api/auth/login': SIGNED_IN });
    await page.goto('/account/sign-in', { waitUntil: 'commit' });
    await page.getByLabel('E-mail').fill('ada@example.com');
    await password(page).fill(PASSWORD);
    await expect(page.getByRole('button', { name: 'Sign in', exact: true })).toBeDisabled();
    await password(page).press('Enter');
    release();
    await expect(page.getByRole('button', { name: 'Show password' })).toBeEnabled();
    await expect(page).toHaveURL('/account/sign-in');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await expect(page).toHaveURL('/account');
    expect(sent[0]?.body).toEqual({ email: 'ada@example.com', password: PASSWORD });
  });

  test('leads on who is signed in already', async ({ page }) => {
    await believeSignedIn(page);
    await answer(page, READS);
    await page.goto('/account/sign-in?next=/account/orders');
    await expect(page).toHaveURL('/account/orders');
  });

  test('stays for who only seems to be signed in', async ({ page }) => {
    await believeSignedIn(page);
    await answer(page, {
      'GET /api/account': SIGNED_OUT,
      'POST /api/auth/login': problem(401, 'invalid_credentials'),
    });
    await page.goto('/account/sign-in');
    await signIn(page);
    await expect(trouble(page)).toBeVisible();
    await expect(page).toHaveURL('/account/sign-in');
  });
});

test.describe('the second step', () => {
  const start = async (page: Page) => {
    await page.goto('/account/sign-in');
    await signIn(page);
    await expect(page.getByRole('heading', { name: 'One more step' })).toBeVisible();
  };
  const digits = (page: Page) => page.getByLabel('Six digits of your authenticator');

  test('takes six digits', async ({ page }) => {
    const sent = await answer(page, {
      ...READS,
      'POST /api/auth/login': CODE_WANTED,
      'POST /api/auth/login/totp': SIGNED_IN,
    });
    await start(page);
    await expect(digits(page)).toBeFocused();
    await expect(digits(page)).toHaveAttribute('autocomplete', 'one-time-code');
    await expect(digits(page)).toHaveAttribute('inputmode', 'numeric');
    await digits(page).fill('123456');
    await page.getByRole('button', { name: 'Confirm' }).click();
    await expect(page).toHaveURL('/account');
    expect(sent[1]?.body).toEqual({ code: '123456' });
  });

  test('takes a recovery code instead', async ({ page }) => {
    const sent = await answer(page, {
      ...READS,
      'POST /api/auth/login': CODE_WANTED,
      'POST /api/auth/login/totp': SIGNED_IN,
    });
    await start(page);
    await page.getByRole('button', { name: 'Use a recovery code' }).click();
    const code = page.getByLabel('Recovery code');
    await expect(code).toBeFocused();
    await code.fill('k7q0-m2xp-9dtr');
    await page.getByRole('button', { name: 'Confirm' }).click();
    await expect(page).toHaveURL('/account');
    expect(sent[1]?.body).toEqual({ code: 'k7q0-m2xp-9dtr' });
  });

  test('says that a code is not right', async ({ page }) => {
    await answer(page, {
      'POST /api/auth/login': CODE_WANTED,
      'POST /api/auth/login/totp': problem(401, 'invalid_code'),
    });
    await start(page);
    await digits(page).fill('000000');
    await page.getByRole('button', { name: 'Confirm' }).click();
    await expect(digits(page)).toHaveAccessibleDescription('That code is not right, or it was used already.');
    await expect(digits(page)).toBeFocused();
  });

  test('goes back to the first when it took too long', async ({ page }) => {
    await answer(page, {
      'POST /api/auth/login': CODE_WANTED,
      'POST /api/auth/login/totp': problem(401, 'sign_in_expired'),
    });
    await start(page);
    await digits(page).fill('123456');
    await page.getByRole('button', { name: 'Confirm' }).click();
    await expect(page.getByText('That took a little long')).toBeVisible();
    await expect(password(page)).toBeVisible();
  });
});

test.describe('registering', () => {
  const fill = async (page: Page) => {
    await page.goto('/account/register');
    await page.getByLabel('Name').fill('Ada Lovelace');
    await page.getByLabel('E-mail').fill('ada@example.com');
    await password(page).fill(PASSWORD);
    await page.getByRole('button', { name: 'Create the account' }).click();
  };

  test('sends a mail, whether the address has an account or not', async ({ page }) => {
    const sent = await answer(page, { 'POST /api/auth/register': { status: 202 } });
    await fill(page);
    await expect(page.getByRole('heading', { name: 'Look into your mail' })).toBeFocused();
    await expect(page.getByRole('main')).toContainText(
      'We have sent a mail to ada@example.com: open its link',
    );
    expect(sent[0]?.body).toEqual({ name: 'Ada Lovelace', email: 'ada@example.com', password: PASSWORD });
    await expect(page).toHaveURL('/account/register');
  });

  test('shows what the API refuses beside its field', async ({ page }) => {
    const errors = [{ field: 'password', message: 'must not be one of the most common' }];
    await answer(page, { 'POST /api/auth/register': problem(400, 'invalid_request', errors) });
    await fill(page);
    await expect(password(page)).toHaveAccessibleDescription(
      /12 characters or more.*The password must not be one of the most common\./,
    );
    await expect(password(page)).toBeFocused();
    await expect(password(page)).toHaveAttribute('autocomplete', 'new-password');
    await password(page).press('End');
    await password(page).pressSequentially('!');
    await expect(password(page)).not.toHaveAttribute('aria-invalid', 'true');
  });
});

test.describe('the link of a mail', () => {
  test('confirms a registration with its password, and signs in', async ({ page }) => {
    const sent = await answer(page, { ...READS, 'POST /api/auth/verify': SIGNED_IN });
    await page.goto(`/account/verify#${TOKEN}`);
    await password(page, 'Password that you chose').fill(PASSWORD);
    await expect(page).toHaveURL('/account/verify');
    await page.getByRole('button', { name: 'Confirm and sign in' }).click();
    await expect(page).toHaveURL('/account');
    expect(sent[0]?.body).toEqual({ token: TOKEN, password: PASSWORD });
  });

  for (const [status, code] of [
    [403, 'wrong_password'],
    [401, 'invalid_credentials'],
  ] as const) {
    test(`stays when the password is not the one that was chosen: ${code}`, async ({ page }) => {
      await answer(page, { 'POST /api/auth/verify': problem(status, code) });
      await page.goto(`/account/verify#${TOKEN}`);
      await password(page, 'Password that you chose').fill('another sentence');
      await page.getByRole('button', { name: 'Confirm and sign in' }).click();
      await expect(page.getByText('That is not the password that was chosen.')).toBeVisible();
    });
  }

  test('sets a new password, and asks to sign in with it', async ({ page }) => {
    const sent = await answer(page, { 'POST /api/auth/password/reset': DONE });
    await page.goto(`/account/reset#${TOKEN}`);
    await password(page, 'New password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Set the password' }).click();
    await expect(page.getByText('Your new password is set. Sign in with it.')).toBeVisible();
    expect(sent[0]?.body).toEqual({ token: TOKEN, password: PASSWORD });
  });

  for (const [state, said] of [
    ['waiting_for_the_other', 'One of two is done'],
    ['changed', 'Your address is changed'],
  ] as const) {
    test(`confirms a new address, once it is pressed: ${state}`, async ({ page }) => {
      const sent = await answer(page, { 'POST /api/auth/email/confirm': ok({ state }) });
      await page.goto(`/account/email#${TOKEN}`);
      const button = page.getByRole('button', { name: 'Confirm the change' });
      await expect(button).toBeVisible();
      expect(sent).toEqual([]);
      await button.click();
      await expect(page.getByRole('heading', { name: said })).toBeVisible();
      expect(sent[0]?.body).toEqual({ token: TOKEN });
    });
  }

  for (const path of ['verify', 'reset', 'email']) {
    test(`that is not complete says so: ${path}`, async ({ page }) => {
      await answer(page, {});
      await page.goto(`/account/${path}`);
      await expect(page.getByRole('heading', { name: 'This link does not work' })).toBeVisible();
    });
  }

  test('that is used up or too old says so', async ({ page }) => {
    const invalid = problem(409, 'link_invalid');
    await answer(page, {
      'POST /api/auth/verify': invalid,
      'POST /api/auth/password/reset': invalid,
      'POST /api/auth/email/confirm': invalid,
    });
    const heading = page.getByRole('heading', { name: 'This link does not work' });
    await page.goto(`/account/verify#${TOKEN}`);
    await password(page, 'Password that you chose').fill(PASSWORD);
    await page.getByRole('button', { name: 'Confirm and sign in' }).click();
    await expect(heading).toBeFocused();
    await page.goto(`/account/reset#${TOKEN}`);
    await password(page, 'New password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Set the password' }).click();
    await expect(page.getByRole('link', { name: 'Ask for another link' })).toBeVisible();
    await page.goto(`/account/email#${TOKEN}`);
    await page.getByRole('button', { name: 'Confirm the change' }).click();
    await expect(heading).toBeFocused();
  });

  test('for a forgotten password is asked for without telling who has an account', async ({ page }) => {
    const sent = await answer(page, { 'POST /api/auth/password/forgot': { status: 202 } });
    await page.goto('/account/sign-in');
    await page.getByRole('link', { name: 'Forgot your password?' }).click();
    await page.getByLabel('E-mail').fill('ada@example.com');
    await page.getByRole('button', { name: 'Send me a link' }).click();
    await expect(page.getByRole('main')).toContainText(
      'If ada@example.com has an account, a link is on its way',
    );
    expect(sent[0]?.body).toEqual({ email: 'ada@example.com' });
  });
});

test.describe('nobody signed in', () => {
  for (const path of ['', '/orders', '/addresses', '/security', '/privacy']) {
    test(`leads from /account${path} to signing in, and back`, async ({ page }) => {
      const isIn = { now: false };
      const reply = (found: unknown) => () => (isIn.now ? ok(found) : SIGNED_OUT);
      await answer(page, {
        'GET /api/account': reply(ACCOUNT),
        'GET /api/account/orders': reply({ items: [], next_cursor: null }),
        'GET /api/account/addresses': reply({ items: [] }),
        'GET /api/account/sessions': reply({ items: [] }),
        'GET /api/account/tokens': reply({ items: [] }),
        'GET /api/account/export': () => (isIn.now ? problem(404, 'not_found') : SIGNED_OUT),
        'POST /api/auth/login': () => {
          isIn.now = true;
          return SIGNED_IN;
        },
      });
      await page.goto(`/account${path}`);
      await expect(page).toHaveURL(`/account/sign-in${path ? `?next=/account${path}` : ''}`);
      await signIn(page);
      await expect(page).toHaveURL(`/account${path}`);
    });
  }

  test('says that a session has ended to who was signed in', async ({ page }) => {
    await page.goto('/shipping');
    await page.evaluate(() => window.localStorage.setItem('account', 'true'));
    await answer(page, { 'GET /api/account/orders': SIGNED_OUT });
    await page.goto('/account/orders');
    await expect(page.getByText('You have been signed out, because some time has passed.')).toBeVisible();
  });

  test('is led there from the header, which is the same for everybody', async ({ page }) => {
    await answer(page, { 'GET /api/account': SIGNED_OUT, 'GET /api/account/orders': SIGNED_OUT });
    await page.goto('/');
    await page.getByRole('banner').getByRole('link', { name: 'Account' }).click();
    await expect(page).toHaveURL('/account/sign-in');
  });
});

test('signing out leaves nothing of a person in the browser', async ({ page }) => {
  const sent = await answer(page, { ...READS, 'POST /api/auth/logout': DONE });
  await page.goto('/account/addresses');
  await page.evaluate(() =>
    window.sessionStorage.setItem('checkout', '{"email":"a@b","shipping":{"country":"DE"}}'),
  );
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByText('You are signed out.')).toBeVisible();
  expect(sent.at(-1)?.asked).toBe('POST /api/auth/logout');
  expect(
    await page.evaluate(() => [localStorage.getItem('account'), sessionStorage.getItem('checkout')]),
  ).toEqual([null, null]);
});

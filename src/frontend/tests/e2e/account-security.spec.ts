// How an account is opened: password, address, authenticator, sessions, tokens. The API's answers are given by the tests,
// so that each of them can be shown.
import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import {
  ACCOUNT,
  answer,
  CODES,
  DONE,
  ENROLMENT,
  ok,
  problem,
  READS,
  SESSIONS,
  TOKENS,
} from './support/account';
import { expect, test } from './support/test';

test.use({ tolerated: [/\/api\/(account|auth)\b/] });

const PASSWORD = 'a sentence is a good one';
const region = (page: Page, name: string) => page.getByRole('region', { name });
const proof = (page: Page, name: string) => region(page, name).getByLabel('Your password', { exact: true });

test.describe('the password', () => {
  const change = async (page: Page) => {
    await page.goto('/account/security');
    await page.getByLabel('Present password', { exact: true }).fill('the old sentence');
    await page.getByLabel('New password', { exact: true }).fill(PASSWORD);
    await page.getByRole('button', { name: 'Change the password' }).click();
  };

  test('is changed, and other browsers are signed out', async ({ page }) => {
    const sent = await answer(page, { ...READS, 'POST /api/account/password': DONE });
    await change(page);
    await expect(page.getByText('Every other browser was signed out.')).toBeVisible();
    await expect(page.getByLabel('New password', { exact: true })).toHaveValue('');
    expect(sent.find(({ asked }) => asked.startsWith('POST'))?.body).toEqual({
      current_password: 'the old sentence',
      password: PASSWORD,
    });
  });

  test('is not changed by who does not know it', async ({ page }) => {
    await answer(page, { ...READS, 'POST /api/account/password': problem(403, 'wrong_password') });
    await change(page);
    const present = page.getByLabel('Present password', { exact: true });
    await expect(present).toHaveAccessibleDescription('That is not your password.');
    await expect(present).toBeFocused();
  });

  test('is refused when it is a bad one', async ({ page }) => {
    const errors = [{ field: 'password', message: 'must not be your own address' }];
    await answer(page, { ...READS, 'POST /api/account/password': problem(400, 'invalid_request', errors) });
    await change(page);
    await expect(page.getByText('The new password must not be your own address.')).toBeVisible();
  });

  test('wants somebody who is still signed in', async ({ page }) => {
    await answer(page, { ...READS, 'POST /api/account/password': problem(401, 'sign_in_required') });
    await change(page);
    await expect(page).toHaveURL('/account/sign-in?next=/account/security&after=session');
  });
});

test('the address is changed by two mails, and the change can be given up', async ({ page }) => {
  const pending = { ...ACCOUNT, new_email: 'ada@example.org' };
  const sent = await answer(page, {
    ...READS,
    'GET /api/account': (_, before) => ok(before === 1 ? pending : ACCOUNT),
    'POST /api/account/email': { status: 202 },
    'DELETE /api/account/email': DONE,
  });
  await page.goto('/account/security');
  await page.getByRole('button', { name: 'Change the address' }).click();
  await page.getByLabel('New address').fill('ada@example.org');
  await proof(page, 'E-mail').fill(PASSWORD);
  await page.getByRole('button', { name: 'Send the mails' }).click();
  await expect(region(page, 'E-mail')).toContainText('One to ada@example.com, one to ada@example.org.');
  await page.getByRole('button', { name: 'Give the change up' }).click();
  await expect(page.getByRole('button', { name: 'Change the address' })).toBeVisible();
  expect(sent.find(({ asked }) => asked === 'POST /api/account/email')?.body).toEqual({
    email: 'ada@example.org',
    password: PASSWORD,
  });
});

test.describe('the authenticator', () => {
  const guarded = { ...ACCOUNT, has_second_factor: true, recovery_codes_left: 10 };

  test('is set up: scanned or typed, proved, and its recovery codes kept', async ({
    page,
    context,
    isMobile,
  }) => {
    await answer(page, {
      ...READS,
      'GET /api/account': (_, before) => ok(before === 0 ? ACCOUNT : guarded),
      'POST /api/account/totp': ok(ENROLMENT),
      'POST /api/account/totp/confirmation': (body) =>
        JSON.stringify(body).includes('123456') ? ok({ codes: CODES }) : problem(401, 'invalid_code'),
    });
    await page.goto('/account/security');
    const part = region(page, 'Authenticator');
    await part.getByRole('button', { name: 'Set it up' }).click();
    await proof(page, 'Authenticator').fill(PASSWORD);
    await part.getByRole('button', { name: 'Go on' }).click();
    await expect(part.getByRole('heading', { name: 'Scan this' })).toBeFocused();
    await expect(part.getByRole('img', { name: /^QR code/ })).toBeVisible();
    await expect(part).toContainText('JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP');
    const code = part.getByLabel('Six digits that it shows now');
    await code.fill('000000');
    await part.getByRole('button', { name: 'Turn it on' }).click();
    await expect(code).toHaveAccessibleDescription(/not right/);
    await code.fill('123 456');
    await part.getByRole('button', { name: 'Turn it on' }).click();
    await expect(part.getByRole('heading', { name: 'Keep these recovery codes' })).toBeFocused();
    await expect(part.getByRole('listitem')).toHaveText(CODES);

    const file = page.waitForEvent('download');
    await part.getByRole('button', { name: 'Save as a file' }).click();
    expect((await file).suggestedFilename()).toBe('recovery-codes.txt');
    expect(await readFile(await (await file).path(), 'utf8')).toContain(CODES.join('\n'));
    if (!isMobile) {
      await context.grantPermissions(['clipboard-read', 'clipboard-write']);
      await part.getByRole('button', { name: 'Copy' }).click();
      await expect(part.getByText('Copied.')).toBeVisible();
      expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(CODES.join('\n'));
    }
    await part.getByRole('button', { name: 'I have kept them' }).click();
    await expect(part).toContainText('It is on');
    await expect(part).toContainText('10 recovery codes are left');
  });

  test('has its codes renewed, and warns of the last ones', async ({ page }) => {
    await answer(page, {
      ...READS,
      'GET /api/account': ok({ ...guarded, recovery_codes_left: 1 }),
      'POST /api/account/totp/recovery-codes': ok({ codes: CODES }),
    });
    await page.goto('/account/security');
    const part = region(page, 'Authenticator');
    await expect(part).toContainText('1 recovery code is left');
    await part.getByRole('button', { name: 'Make new recovery codes' }).click();
    await proof(page, 'Authenticator').fill(PASSWORD);
    await part.getByRole('button', { name: 'Make new codes' }).click();
    await expect(part.getByRole('listitem')).toHaveText(CODES);
  });

  test('is removed with a password', async ({ page }) => {
    const sent = await answer(page, {
      ...READS,
      'GET /api/account': (_, before) => ok(before === 0 ? guarded : ACCOUNT),
      'POST /api/account/totp/removal': DONE,
    });
    await page.goto('/account/security');
    const part = region(page, 'Authenticator');
    await part.getByRole('button', { name: 'Remove the authenticator' }).click();
    await proof(page, 'Authenticator').fill(PASSWORD);
    await part.getByRole('button', { name: 'Remove it' }).click();
    await expect(part.getByRole('button', { name: 'Set it up' })).toBeVisible();
    expect(sent.find(({ asked }) => asked.endsWith('removal'))?.body).toEqual({ password: PASSWORD });
  });
});

test.describe('the sessions', () => {
  test('are named, and ended one by one', async ({ page }) => {
    const sent = await answer(page, {
      ...READS,
      'GET /api/account/sessions': (_, before) =>
        ok({ items: before === 0 ? SESSIONS : SESSIONS.slice(0, 1) }),
      'DELETE /api/account/sessions/*': DONE,
    });
    await page.goto('/account/security');
    const part = region(page, 'Where you are signed in');
    await expect(part.getByRole('listitem').first()).toContainText('Firefox on Linux');
    await expect(part.getByRole('listitem').first()).toContainText('this browser');
    await part.getByRole('button', { name: 'End Safari on iPhone' }).click();
    await expect(part.getByRole('listitem')).toHaveCount(1);
    expect(sent.some(({ asked }) => asked === `DELETE /api/account/sessions/${SESSIONS[1]?.id}`)).toBe(true);
    await expect(part.getByRole('button', { name: 'Sign out everywhere else' })).toHaveCount(0);
  });

  test('are ended everywhere else at once', async ({ page }) => {
    const sent = await answer(page, { ...READS, 'DELETE /api/account/sessions': DONE });
    await page.goto('/account/security');
    await page.getByRole('button', { name: 'Sign out everywhere else' }).click();
    await expect.poll(() => sent.some(({ asked }) => asked === 'DELETE /api/account/sessions')).toBe(true);
  });
});

test.describe('the tokens', () => {
  test('are made for what was ticked, and shown once', async ({ page }) => {
    const made = { ...TOKENS[0], id: '01900000-0000-7000-8000-000000000022', name: 'Label printer' };
    const sent = await answer(page, {
      ...READS,
      'POST /api/account/tokens': { status: 201, body: { token: 'dvp_u3R1secret', details: made } },
      'GET /api/account/tokens': (_, before) => ok({ items: before === 0 ? [] : [made] }),
    });
    await page.goto('/account/security');
    const part = region(page, 'API tokens');
    await expect(part).toContainText('There are none.');
    await part.getByRole('button', { name: 'Make a token' }).click();
    await expect(part.getByRole('checkbox')).toHaveCount(2);
    await part.getByLabel('What is it for?').fill('Label printer');
    await proof(page, 'API tokens').fill(PASSWORD);
    await part.getByRole('button', { name: 'Make the token' }).click();
    await expect(part).toContainText('Tick at least one thing that it may do.');
    await part.getByRole('checkbox', { name: /account:read/ }).check();
    await part.getByLabel('How long?').selectOption('30');
    await part.getByRole('button', { name: 'Make the token' }).click();
    await expect(part).toContainText('dvp_u3R1secret');
    expect(sent.find(({ asked }) => asked.startsWith('POST'))?.body).toEqual({
      name: 'Label printer',
      scopes: ['account:read'],
      expires_in_days: 30,
      password: PASSWORD,
    });
    await part.getByRole('button', { name: 'I have kept it' }).click();
    await expect(part).not.toContainText('dvp_u3R1secret');
    await expect(part.getByRole('listitem')).toContainText('Label printer');
  });

  test('of staff may be allowed what the role is for', async ({ page }) => {
    await answer(page, {
      ...READS,
      'GET /api/account': ok({
        ...ACCOUNT,
        role: 'support',
        scopes: ['account:read', 'account:write', 'orders:read', 'orders:write', 'customers:read'],
      }),
    });
    await page.goto('/account/security');
    const part = region(page, 'API tokens');
    await part.getByRole('button', { name: 'Make a token' }).click();
    await expect(part.getByRole('checkbox')).toHaveCount(5);
    await expect(part.getByRole('checkbox', { name: /stock:write/ })).toHaveCount(0);
  });

  test('are revoked, after being asked', async ({ page }) => {
    const sent = await answer(page, { ...READS, 'DELETE /api/account/tokens/*': DONE });
    await page.goto('/account/security');
    await page.getByRole('button', { name: 'Revoke Spending report' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke it' }).click();
    await expect(page.getByRole('dialog')).toBeHidden();
    expect(sent.some(({ asked }) => asked === `DELETE /api/account/tokens/${TOKENS[0]?.id}`)).toBe(true);
  });
});

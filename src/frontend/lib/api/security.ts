// How an account is opened: its password and address, the authenticator, the browsers that are signed in, the tokens.
import { get, post, remove } from '@/lib/api/client';
import type { components } from '@/lib/api/schema';

export type ApiToken = components['schemas']['ApiToken'];
export type CreateApiToken = components['schemas']['CreateApiToken'];
export type CreatedApiToken = components['schemas']['CreatedApiToken'];
export type Scope = components['schemas']['Scope'];
export type Session = components['schemas']['Session'];
export type TotpEnrolment = components['schemas']['TotpEnrolment'];

export const changePassword = (current_password: string, password: string): Promise<null> =>
  post('/api/account/password', { body: { current_password, password } });

export const changeEmail = (email: string, password: string): Promise<null> =>
  post('/api/account/email', { body: { email, password } });

export const giveUpEmail = (): Promise<null> => remove('/api/account/email');

/** Nothing is wanted at signing in before a code of it was confirmed. */
export const beginTotp = (password: string): Promise<TotpEnrolment> =>
  post('/api/account/totp', { body: { password } });

export async function confirmTotp(code: string): Promise<string[]> {
  const { codes } = await post('/api/account/totp/confirmation', { body: { code } });
  return codes;
}

export async function renewRecoveryCodes(password: string): Promise<string[]> {
  const { codes } = await post('/api/account/totp/recovery-codes', { body: { password } });
  return codes;
}

export const removeTotp = (password: string): Promise<null> =>
  post('/api/account/totp/removal', { body: { password } });

export async function listSessions(signal?: AbortSignal): Promise<Session[]> {
  const { items } = await get('/api/account/sessions', { signal });
  return items;
}

export const endSession = (id: string): Promise<null> =>
  remove('/api/account/sessions/{id}', { path: { id } });

export const endOtherSessions = (): Promise<null> => remove('/api/account/sessions');

export async function listTokens(signal?: AbortSignal): Promise<ApiToken[]> {
  const { items } = await get('/api/account/tokens', { signal });
  return items;
}

export const createToken = (body: CreateApiToken): Promise<CreatedApiToken> =>
  post('/api/account/tokens', { body });

export const revokeToken = (id: string): Promise<null> =>
  remove('/api/account/tokens/{id}', { path: { id } });

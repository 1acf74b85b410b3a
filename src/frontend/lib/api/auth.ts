// Becoming somebody and ceasing to be: registering, signing in and out, and the links that mails carry.
import { post } from '@/lib/api/client';
import type { components } from '@/lib/api/schema';

export type SignedIn = components['schemas']['SignedIn'];
export type EmailChangeState = components['schemas']['EmailChangeState'];

/** The answer is the same whether the address has an account or not. */
export const register = (body: components['schemas']['Register']): Promise<null> =>
  post('/api/auth/register', { body });

export const verify = (token: string, password: string): Promise<SignedIn> =>
  post('/api/auth/verify', { body: { token, password } });

export const signIn = (email: string, password: string): Promise<SignedIn> =>
  post('/api/auth/login', { body: { email, password } });

/** The second step, for the browser that has just done the first. */
export const proveSecondFactor = (code: string): Promise<SignedIn> =>
  post('/api/auth/login/totp', { body: { code } });

export const signOut = (): Promise<null> => post('/api/auth/logout');

export const forgotPassword = (email: string): Promise<null> =>
  post('/api/auth/password/forgot', { body: { email } });

export const resetPassword = (token: string, password: string): Promise<null> =>
  post('/api/auth/password/reset', { body: { token, password } });

export async function confirmEmail(token: string): Promise<EmailChangeState> {
  const { state } = await post('/api/auth/email/confirm', { body: { token } });
  return state;
}

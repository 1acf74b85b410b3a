// What a browser does when somebody has signed in with it, or is not signed in any more.

import { forgetSignedIn, isProbablySignedIn, keepSignedIn } from '@/lib/account/hint';
import { nextPage, signInPath } from '@/lib/account/next';
import { readAccount } from '@/lib/api/account';
import { signOut } from '@/lib/api/auth';
import { isSignedOut } from '@/lib/api/errors';
import { rejoin } from '@/lib/cart/store';
import { forgetAttempt } from '@/lib/checkout/attempt';
import { forgetDraft } from '@/lib/checkout/draft';

/** Somebody is signed in: the guest's cart is a part of theirs now. Leads on to where they wanted to be. */
export async function goOn(): Promise<void> {
  keepSignedIn();
  await rejoin();
  window.location.assign(nextPage());
}

/** Who is signed in already has nothing to do where one signs in. What the API does not confirm changes nothing. */
export async function goOnIfSignedIn(): Promise<void> {
  if (!isProbablySignedIn()) return;
  try {
    await readAccount();
    window.location.replace(nextPage());
  } catch (error) {
    if (isSignedOut(error)) forgetSignedIn();
  }
}

/** Nothing of a person stays in a browser that they leave. */
export async function forgetPerson(): Promise<void> {
  forgetSignedIn();
  forgetDraft();
  forgetAttempt();
  await rejoin();
}

export async function leave(): Promise<void> {
  await signOut();
  await forgetPerson();
  window.location.assign(signInPath('/account', 'sign-out'));
}

let isLeading = false;

/** Leads to signing in, and back from there, when that is what the API wants. */
export function leadsToSignIn(error: unknown): boolean {
  if (!isSignedOut(error)) return false;
  // Several answers may say so at once.
  if (isLeading) return true;
  isLeading = true;
  const { pathname, search } = window.location;
  const after = isProbablySignedIn() ? 'session' : undefined;
  forgetSignedIn();
  window.location.replace(signInPath(pathname + search, after));
  return true;
}

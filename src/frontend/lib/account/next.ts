// Where somebody goes on after signing in. The address names it, and addresses can be made up by anybody.

export const ACCOUNT = '/account';
const SIGN_IN = '/account/sign-in';

/** What has just happened, said on the page that is led to. */
export type Arrival = 'session' | 'sign-out' | 'password';

/** A page of this shop, or `null`: `//elsewhere` and `/\elsewhere` are read as other sites by browsers. */
export function ownPath(next: string | null): string | null {
  if (next === null || !/^\/(?![/\\])/.test(next)) return null;
  try {
    const { origin, pathname, search, hash } = new URL(next, window.location.origin);
    return origin === window.location.origin ? pathname + search + hash : null;
  } catch {
    return null;
  }
}

/** The page that the address names, else the account's own. */
export const nextPage = (): string =>
  ownPath(new URLSearchParams(window.location.search).get('next')) ?? ACCOUNT;

export function signInPath(next: string, after?: Arrival): string {
  const query = new URLSearchParams({ ...(next === ACCOUNT ? {} : { next }), ...(after ? { after } : {}) });
  // A path may stand in a query as it is, and is easier to read there.
  const text = query.toString().replaceAll('%2F', '/');
  return text ? `${SIGN_IN}?${text}` : SIGN_IN;
}

/** The same wish on the way through registration. */
export function withNext(path: string): string {
  const next = nextPage();
  return next === ACCOUNT
    ? path
    : `${path}?${new URLSearchParams({ next }).toString().replaceAll('%2F', '/')}`;
}

export function arrivedAfter(): Arrival | null {
  const after = new URLSearchParams(window.location.search).get('after');
  return after === 'session' || after === 'sign-out' || after === 'password' ? after : null;
}

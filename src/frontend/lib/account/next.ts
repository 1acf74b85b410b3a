// Where a visitor continues after signing in. The address names it, and anyone can make up an address.

export const ACCOUNT = '/account';
const SIGN_IN = '/account/sign-in';

/** What has just happened, said on the page that is led to. */
export type Arrival = 'session' | 'sign-out' | 'password';

/** Longer than any address of this shop. */
const LONGEST = 2000;

/**
 * A page of this shop, or `null`. Browsers read `//elsewhere` and `/\elsewhere` as other sites, drop tabs and line breaks, and
 * turn `/.//elsewhere` into the first of these only while they resolve it: so it is what is resolved that is looked at, once for
 * where it leads from here, and once for where the path alone leads, since that is what the browser is given.
 */
export function ownPath(next: string | null, origin: string): string | null {
  if (!next?.startsWith('/') || next.length > LONGEST) return null;
  const resolved = resolve(next, origin);
  if (resolved?.origin !== origin) return null;
  const path = resolved.pathname + resolved.search + resolved.hash;
  return resolve(path, origin)?.href === resolved.href ? path : null;
}

function resolve(address: string, origin: string): URL | null {
  try {
    return new URL(address, origin);
  } catch {
    return null;
  }
}

/** The page that the address names, else the account's own. */
export const nextPage = (): string =>
  ownPath(new URLSearchParams(window.location.search).get('next'), window.location.origin) ?? ACCOUNT;

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

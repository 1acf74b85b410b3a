// The token of a mail's link stands after `#`, where no server and no log sees it. It is taken out of the address once it
// is read, so that it is neither shared nor kept in the history.

const TOKEN = /^#([\w.~=-]{20,100})$/;

export function takeToken(): string | null {
  const { hash, pathname, search } = window.location;
  const token = TOKEN.exec(hash)?.[1] ?? null;
  if (token) window.history.replaceState(null, '', pathname + search);
  return token;
}

// How somebody came to an order's page: by the link in a mail, or back from the provider's page. What the address says of
// it is read once and taken out, so that it is neither shared nor kept in the history.

/** The link in a mail carries the order's token after `#`, where no server and no log sees it. */
const TOKEN = /^#([\w.~=-]{20,})$/;

export interface Arrival {
  token: string | null;
  /** What the provider's page says; what the store says counts. */
  payment: 'succeeded' | 'failed' | null;
}

function saidByProvider(search: string): Arrival['payment'] {
  const status = new URLSearchParams(search).get('redirect_status');
  if (status === null) return null;
  return status === 'failed' ? 'failed' : 'succeeded';
}

export function takeArrival(): Arrival {
  const { hash, search, pathname } = window.location;
  const arrival = { token: TOKEN.exec(hash)?.[1] ?? null, payment: saidByProvider(search) };
  if (arrival.token || search) window.history.replaceState(null, '', pathname);
  return arrival;
}

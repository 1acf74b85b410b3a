// Remembers small things in the browser. Storage may be refused, full, or hold what an older page wrote.

type Kind = 'local' | 'session';

const place = (kind: Kind): Storage => (kind === 'local' ? window.localStorage : window.sessionStorage);

/** What was remembered; whoever reads it checks its shape. */
export function recall(kind: Kind, name: string): unknown {
  try {
    return JSON.parse(place(kind).getItem(name) ?? 'null');
  } catch {
    return null;
  }
}

export function remember(kind: Kind, name: string, value: unknown): void {
  try {
    place(kind).setItem(name, JSON.stringify(value));
  } catch {
    // A browser that keeps nothing still buys.
  }
}

export function forget(kind: Kind, name: string): void {
  try {
    place(kind).removeItem(name);
  } catch {
    // There was nothing to forget.
  }
}

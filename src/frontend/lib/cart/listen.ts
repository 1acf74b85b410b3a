// Keeps a page's cart in step with the world: other tabs, the way back from the browser's memory, a lost connection.
import { hintedCount } from '@/lib/cart/hint';
import { cartState } from '@/lib/cart/state';
import { refresh, retry, sendRest, whenChanged } from '@/lib/cart/store';

const CHANNEL = 'cart';

/** Visitors without a cart cause no request. */
function refreshIfAny(): void {
  if (cartState.get().cart !== null || hintedCount() !== null) void refresh();
}

function onceVisible(
  page: Document & { prerendering?: boolean },
  start: () => void,
  signal: AbortSignal,
): void {
  // A page that the browser prepares in advance asks when it is really opened.
  if (page.prerendering) page.addEventListener('prerenderingchange', start, { once: true, signal });
  else start();
}

/** Starts listening; the answer stops it. */
export function listen(): () => void {
  const listeners = new AbortController();
  const { signal } = listeners;
  let channel: BroadcastChannel | null = null;

  const open = () => {
    channel ??= new BroadcastChannel(CHANNEL);
    channel.onmessage = () => (document.hidden ? undefined : void refresh());
  };
  const close = () => {
    // An open channel keeps a page out of the browser's memory.
    channel?.close();
    channel = null;
  };
  whenChanged(() => channel?.postMessage('changed'));

  onceVisible(
    document,
    () => {
      open();
      if (cartState.get().phase === 'unknown') cartState.set({ count: hintedCount() ?? 0 });
      refreshIfAny();
    },
    signal,
  );
  window.addEventListener('focus', refreshIfAny, { signal });
  document.addEventListener('visibilitychange', () => document.hidden || refreshIfAny(), { signal });
  window.addEventListener('online', () => cartState.get().trouble && void retry(), { signal });
  window.addEventListener(
    'pagehide',
    () => {
      sendRest();
      close();
    },
    { signal },
  );
  window.addEventListener(
    'pageshow',
    ({ persisted }) => {
      if (!persisted) return;
      open();
      refreshIfAny();
    },
    { signal },
  );
  return () => {
    listeners.abort();
    close();
  };
}

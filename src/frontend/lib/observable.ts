// A value outside of React that several parts of a page show: the header's button, the drawer and the page itself.
import { useSyncExternalStore } from 'react';

export interface Observable<T extends object> {
  get: () => T;
  set: (change: Partial<T>) => void;
  subscribe: (listener: () => void) => () => void;
  /** What a document is rendered with, the same for everybody. */
  initial: () => T;
}

export function observable<T extends object>(initial: T): Observable<T> {
  let value = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => value,
    set: (change) => {
      value = { ...value, ...change };
      for (const listener of listeners) listener();
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    initial: () => initial,
  };
}

export function useObservable<T extends object>({ get, subscribe, initial }: Observable<T>): T {
  return useSyncExternalStore(subscribe, get, initial);
}

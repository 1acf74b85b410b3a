'use client';
// What belongs to who is signed in; nobody being signed in leads to the page for that.
import { useEffect } from 'react';
import { keepSignedIn } from '@/lib/account/hint';
import { leadsToSignIn } from '@/lib/account/session';
import { isSignedOut } from '@/lib/api/errors';
import { type Loaded, useLoaded } from '@/lib/use-loaded';

export function useOwn<T>(key: string | null, load: (signal: AbortSignal) => Promise<T>): Loaded<T> {
  const loaded = useLoaded(key, load);
  const { data, error } = loaded;

  useEffect(() => {
    if (error) leadsToSignIn(error);
    else if (data !== null) keepSignedIn();
  }, [data, error]);

  // The page is being left: it goes on waiting until it is gone.
  return isSignedOut(error) ? { ...loaded, data: null, error: null } : loaded;
}

'use client';
// Leaves the account, and what this browser remembers of it.
import { useState } from 'react';
import { TextButton } from '@/components/ui/text-button';
import { leave } from '@/lib/account/session';
import { inWords } from '@/lib/api/errors';
import { useHydrated } from '@/lib/use-hydrated';
import { useOnce } from '@/lib/use-once';

export function SignOut() {
  const isAlive = useHydrated();
  const [trouble, setTrouble] = useState('');
  const { isBusy, once } = useOnce((error) => setTrouble(inWords(error)));

  const signOut = () =>
    once(async () => {
      setTrouble('');
      await leave();
      return true;
    });

  return (
    <span className="relative flex-none">
      <TextButton disabled={!isAlive || isBusy} onClick={() => void signOut()}>
        Sign out
      </TextButton>
      {trouble ? (
        // Over the page, so that nothing moves.
        <span
          role="alert"
          className="absolute top-full right-0 z-10 w-64 rounded-small border-l-3 border-alarm bg-surface px-4 py-3 text-small shadow-popup"
        >
          You are still signed in. {trouble}
        </span>
      ) : null}
    </span>
  );
}

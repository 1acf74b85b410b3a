'use client';
// A change by one press of a button, sent once at a time, and why it did not work.
import { useState } from 'react';
import { refusalOf } from '@/lib/account/refusal';
import { leadsToSignIn } from '@/lib/account/session';
import { useOnce } from '@/lib/use-once';

export function useAction() {
  const [trouble, setTrouble] = useState('');
  const { isBusy, once } = useOnce((error) => {
    if (!leadsToSignIn(error)) setTrouble(refusalOf(error, {}, '').text);
  });

  const act = (task: () => Promise<void>) =>
    void once(async () => {
      setTrouble('');
      await task();
      return false;
    });

  return { isBusy, trouble, act };
}

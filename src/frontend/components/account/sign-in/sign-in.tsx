'use client';
// Signing in: address and password, then a code where the account wants one.
import { useEffect, useState } from 'react';
import { CodeForm } from '@/components/account/sign-in/code-form';
import { PasswordForm } from '@/components/account/sign-in/password-form';
import { type Arrival, arrivedAfter } from '@/lib/account/next';
import { goOn, goOnIfSignedIn } from '@/lib/account/session';
import type { SignedIn } from '@/lib/api/auth';

const SAID: Record<Arrival, string> = {
  session: 'You have been signed out, because some time has passed. Sign in to go on.',
  'sign-out': 'You are signed out. Nothing of your account stays in this browser.',
  password: 'Your new password is set. Sign in with it.',
};

const EXPIRED = 'That took a little long. Please type your password once more.';

export function SignIn() {
  const [wantsCode, setWantsCode] = useState(false);
  const [hasExpired, setHasExpired] = useState(false);
  const [after, setAfter] = useState<Arrival | null>(null);

  // Only the browser knows how somebody came here.
  useEffect(() => {
    setAfter(arrivedAfter());
    void goOnIfSignedIn();
  }, []);

  const proceed = async ({ state }: SignedIn) => {
    if (state === 'signed_in') await goOn();
    setWantsCode(state === 'second_factor_required');
    // With a code still wanted this page stays.
    return state === 'signed_in';
  };

  const startAgain = (expired: boolean) => {
    setHasExpired(expired);
    setWantsCode(false);
  };

  if (wantsCode) return <CodeForm onProven={proceed} onBack={startAgain} />;
  return (
    <div className="grid gap-6">
      <PasswordForm onAnswer={proceed} note={hasExpired ? EXPIRED : after && SAID[after]} />
    </div>
  );
}

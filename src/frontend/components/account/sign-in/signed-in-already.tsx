'use client';
// Who comes to sign in and is signed in already: on to where they wanted to be.
import { Alert } from '@/components/ui/alert';
import { nextPage } from '@/lib/account/next';
import { readAccount } from '@/lib/api/account';
import { useLoaded } from '@/lib/use-loaded';

export function SignedInAlready() {
  const { data } = useLoaded('account', readAccount);
  if (!data) return null;
  return (
    <Alert title={`You are signed in as ${data.name || data.email}`}>
      <a href={nextPage()} className="quiet-link inline-flex min-h-8 items-center">
        Go on as {data.email}
      </a>
    </Alert>
  );
}

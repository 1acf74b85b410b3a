'use client';
// What somebody may ask of the shop about themselves: a copy of everything, and the end of it.
import { useState } from 'react';
import { areAnswered, LinesSkeleton, Own, PanelsSkeleton, Waiting } from '@/components/account/own';
import { Panel } from '@/components/account/panel';
import { Erase } from '@/components/account/privacy/erase';
import { Erased } from '@/components/account/privacy/erased';
import { ExportCopy, useExport } from '@/components/account/privacy/export-copy';
import { useOwn } from '@/components/account/use-own';
import { readAccount } from '@/lib/api/account';

export function Privacy() {
  const account = useOwn('account', readAccount);
  const [isErased, setIsErased] = useState(false);
  const copy = useExport();
  if (isErased) return <Erased />;
  if (!areAnswered(account, copy)) {
    return (
      <Waiting>
        <PanelsSkeleton />
      </Waiting>
    );
  }
  return (
    <div>
      <Panel
        id="export"
        title="A copy of your data"
        about="Everything that we know of you, as a file that people and programs can read (Articles 15 and 20 GDPR)."
      >
        <ExportCopy known={copy} />
      </Panel>
      <Panel
        id="erase"
        title="Erase the account"
        about="The end of it, at once and for good (Article 17 GDPR)."
      >
        <Own of={account} what="Your account" skeleton={<LinesSkeleton />}>
          {({ email }) => <Erase email={email} onErased={() => setIsErased(true)} />}
        </Own>
      </Panel>
      <p className="border-t border-line pt-6 text-small text-muted">
        What is stored, why and for how long, is told{' '}
        <a href="/privacy" className="quiet-link inline-flex min-h-6 items-center text-ink">
          on the page about privacy
        </a>
        .
      </p>
    </div>
  );
}

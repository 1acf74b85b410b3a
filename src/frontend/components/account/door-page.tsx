// The frame of the pages that lead into an account: one narrow column with a heading. The same document for everybody.
import type { ReactNode } from 'react';
import { NeedsScript } from '@/components/ui/needs-script';

interface Props {
  title: string;
  lead?: string;
  children: ReactNode;
}

export function DoorPage({ title, lead, children }: Props) {
  return (
    <div className="page min-h-svh pt-8 lg:pt-12">
      <div className="grid gap-x-16 gap-y-6 lg:grid-cols-[minmax(0,5fr)_minmax(0,7fr)]">
        <header>
          <h1 className="text-h1">{title}</h1>
          {lead ? <p className="mt-4 max-w-md text-lead text-muted">{lead}</p> : null}
        </header>
        <div className="max-w-md">
          <NeedsScript />
          {children}
        </div>
      </div>
    </div>
  );
}

// The frame of the pages that belong to who is signed in: heading, way around, content. The same document for everybody.
import type { ReactNode } from 'react';
import { AccountNav, type AccountPath } from '@/components/account/account-nav';
import { SignOut } from '@/components/account/sign-out';
import { NeedsScript } from '@/components/ui/needs-script';

interface Props {
  title: string;
  path: AccountPath;
  children: ReactNode;
}

export function AccountPage({ title, path, children }: Props) {
  return (
    // As high as the window at least: the footer does not move when the data arrives.
    <div className="page min-h-svh pt-8 lg:pt-12">
      <div className="station mb-5 lg:mb-10">
        <h1 className="text-h1">{title}</h1>
        <span className="station-line" />
        <SignOut />
      </div>
      <div className="grid gap-x-16 gap-y-8 lg:grid-cols-[9rem_minmax(0,1fr)]">
        <AccountNav current={path} />
        <div className="min-w-0">
          <NeedsScript />
          {children}
        </div>
      </div>
    </div>
  );
}

// A page of written text about the shop.
import type { ReactNode } from 'react';
import { Breadcrumbs } from '@/components/ui/breadcrumbs';

interface Props {
  title: string;
  path: string;
  lead: string;
  children: ReactNode;
}

export function Article({ title, path, lead, children }: Props) {
  return (
    <article className="page pt-6 lg:pt-8">
      <Breadcrumbs
        trail={[
          { name: 'Home', path: '/' },
          { name: title, path },
        ]}
      />
      <div className="mt-4 grid gap-x-16 gap-y-8 lg:mt-8 lg:grid-cols-[minmax(0,5fr)_minmax(0,7fr)]">
        <header>
          <h1 className="text-h1">{title}</h1>
          <p className="mt-4 max-w-md text-lead text-muted">{lead}</p>
        </header>
        <div className="prose [&>h2:first-child]:mt-0">{children}</div>
      </div>
    </article>
  );
}

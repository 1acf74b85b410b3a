// A part of an account's page: what it is about on the left, what can be done about it on the right.
import type { ReactNode } from 'react';

interface Props {
  id: string;
  title: string;
  about: string;
  children: ReactNode;
}

export function Panel({ id, title, about, children }: Props) {
  return (
    <section
      aria-labelledby={id}
      className="grid gap-x-12 gap-y-5 border-t border-line py-8 first:border-t-0 first:pt-0 lg:py-10 xl:grid-cols-[minmax(0,16rem)_minmax(0,36rem)]"
    >
      <header>
        <h2 id={id} className="text-h3">
          {title}
        </h2>
        <p className="mt-1.5 max-w-md text-small text-muted">{about}</p>
      </header>
      <div className="min-w-0">{children}</div>
    </section>
  );
}

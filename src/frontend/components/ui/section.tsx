// A section that opens with a station on the main line: heading, hairline, and a link to all of it.
import type { ReactNode } from 'react';
import { ArrowIcon } from '@/components/ui/icons';

interface Props {
  id: string;
  title: string;
  more?: { href: string; label: string };
  children: ReactNode;
}

export function Section({ id, title, more, children }: Props) {
  return (
    <section aria-labelledby={id} className="page mt-section">
      <div className="station mb-6 lg:mb-8">
        <h2 id={id} className="text-h2">
          {title}
        </h2>
        <span className="station-line" />
        {more ? (
          <a
            href={more.href}
            className="group inline-flex min-h-6 items-center gap-2 text-small hover:text-accent"
          >
            {more.label}
            <ArrowIcon className="size-3.5 transition-transform group-hover:translate-x-0.5" />
          </a>
        ) : null}
      </div>
      {children}
    </section>
  );
}

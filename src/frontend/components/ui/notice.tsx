// A page's or a list's kind word when there is nothing to show, with ways out.
import type { ReactNode } from 'react';

interface Props {
  code?: string;
  title: string;
  /** The heading's level: a whole page's notice is its `h1`. */
  heading?: 'h1' | 'h2';
  children: ReactNode;
}

export function Notice({ code, title, heading: Heading = 'h1', children }: Props) {
  return (
    <div className="max-w-prose py-8 lg:py-16">
      {code ? <p className="detail mb-4 text-accent">{code}</p> : null}
      <Heading className={Heading === 'h1' ? 'text-h1' : 'text-h2'}>{title}</Heading>
      <div className="mt-4 text-lead text-muted">{children}</div>
    </div>
  );
}

'use client';
// A mail's link that opens nothing: used, too old, or not complete.
import { useEffect, useRef } from 'react';

interface Props {
  text: string;
  href: string;
  /** What to do instead. */
  action: string;
}

export function LinkInvalid({ text, href, action }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <div>
      <h2 ref={heading} tabIndex={-1} className="text-h2 outline-none">
        This link does not work
      </h2>
      <p className="mt-4 text-muted">{text}</p>
      <p className="mt-6 flex flex-wrap gap-3">
        <a href={href} className="button">
          {action}
        </a>
        <a href="/account/sign-in" className="button button-plain">
          Sign in
        </a>
      </p>
    </div>
  );
}

export function LinkSkeleton() {
  return (
    <div aria-busy="true">
      <p role="status" className="sr-only">
        Reading the link
      </p>
      <div aria-hidden="true" className="grid gap-2 scriptless:hidden">
        <div className="skeleton h-5 w-24" />
        <div className="skeleton h-11" />
        <div className="skeleton mt-3 h-11 w-48 rounded-full" />
      </div>
    </div>
  );
}

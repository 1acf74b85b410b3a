'use client';
// What is left to say when an account has been erased.
import { useEffect, useRef } from 'react';

export function Erased() {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <div className="max-w-prose">
      <h2 ref={heading} tabIndex={-1} className="text-h2 outline-none">
        Your account is erased
      </h2>
      <p className="mt-4 text-lead text-muted">
        You are signed out everywhere, and this browser has forgotten you, too. Thank you for having been
        here.
      </p>
      <p className="mt-8">
        <a href="/" className="button">
          Go to the home page
        </a>
      </p>
    </div>
  );
}

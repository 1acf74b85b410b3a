'use client';
// A step's heading. Coming to a step puts the focus on it, or on the first field that was refused.
import { useEffect, useRef } from 'react';

interface Props {
  children: string;
  /** False on the step that the page was opened with. */
  takesFocus: boolean;
}

export function StepHeading({ children, takesFocus }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: focus moves when the step is entered, not at a render.
  useEffect(() => {
    if (!takesFocus) return;
    const refused = heading.current?.closest('form')?.querySelector<HTMLElement>('[aria-invalid="true"]');
    (refused ?? heading.current)?.focus();
    heading.current?.closest('[data-checkout]')?.scrollIntoView({ block: 'start' });
  }, []);

  return (
    <h2 ref={heading} tabIndex={-1} className="text-h2 outline-none">
      {children}
    </h2>
  );
}

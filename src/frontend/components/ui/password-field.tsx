'use client';
// A password, hidden until somebody wants to see what they typed. It may be pasted, and password managers know it.
import { useId, useState } from 'react';
import { described, type FieldProps, Frame, useTypedEarly } from '@/components/ui/field';
import { useHydrated } from '@/lib/use-hydrated';

interface Props extends Omit<FieldProps, 'isOptional' | 'autoComplete'> {
  /** Whether it is the one that is there already, or a new one. */
  isNew?: boolean;
}

const ADVICE = '12 characters or more: a sentence is a good one.';

export function PasswordField({ label, name, value, onChange, error, isNew = false, className }: Props) {
  const id = useId();
  const [isShown, setIsShown] = useState(false);
  const isAlive = useHydrated();
  const early = useTypedEarly(value, onChange);
  const hint = isNew ? ADVICE : undefined;
  return (
    <Frame id={id} label={label} hint={hint} error={error} className={className}>
      <span className="relative block">
        <input
          ref={early}
          id={id}
          name={name}
          type={isShown ? 'text' : 'password'}
          value={value}
          onChange={({ target }) => onChange(target.value)}
          autoComplete={isNew ? 'new-password' : 'current-password'}
          autoCapitalize="none"
          autoCorrect="off"
          spellCheck={false}
          maxLength={128}
          aria-required
          aria-invalid={error ? true : undefined}
          aria-describedby={described(id, hint, error)}
          className="field min-h-11 pr-18"
        />
        <button
          type="button"
          disabled={!isAlive}
          onClick={() => setIsShown(!isShown)}
          className="absolute inset-y-0 right-0 cursor-pointer px-3.5 text-small font-[560] hover:text-accent focus-visible:-outline-offset-3"
        >
          {isShown ? 'Hide' : 'Show'}
          <span className="sr-only"> {label.toLowerCase()}</span>
        </button>
      </span>
    </Frame>
  );
}

'use client';
// A field of digits that groups them while they are typed, and leaves the caret where it was among them.
import type { ChangeEvent } from 'react';

interface Props {
  id: string;
  label: string;
  value: string;
  error?: string;
  onChange: (value: string) => void;
  format: (typed: string) => string;
  autoComplete: string;
  placeholder?: string;
  maxLength: number;
  className?: string;
}

/** Where the caret stands after as many digits as stood before it. */
function caretAfter(text: string, digits: number): number {
  let seen = 0;
  for (let index = 0; index < text.length; index++) {
    if (seen === digits) return index;
    if (/\d/.test(text.charAt(index))) seen++;
  }
  return text.length;
}

export function CardField({ id, label, error, onChange, format, className, ...input }: Props) {
  const change = ({ target }: ChangeEvent<HTMLInputElement>) => {
    const caret = target.selectionStart ?? target.value.length;
    const isAtEnd = caret === target.value.length;
    const digits = target.value.slice(0, caret).replaceAll(/\D/g, '').length;
    const formatted = format(target.value);
    // Written before React compares: it finds the field as it would have made it and leaves the caret alone.
    target.value = formatted;
    const position = isAtEnd ? formatted.length : caretAfter(formatted, digits);
    target.setSelectionRange(position, position);
    onChange(formatted);
  };

  return (
    <div className={className}>
      <label htmlFor={id} className="mb-1.5 block text-small">
        {label}
      </label>
      <input
        {...input}
        id={id}
        inputMode="numeric"
        aria-required
        aria-invalid={error ? true : undefined}
        aria-describedby={error ? `${id}-error` : undefined}
        onChange={change}
        className="field min-h-11 tabular-nums"
      />
      {error ? (
        <p id={`${id}-error`} className="mt-1.5 text-small text-alarm">
          {error}
        </p>
      ) : null}
    </div>
  );
}

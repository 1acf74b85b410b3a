// A labelled field of a form, with what is wrong with it said right below and read out with it.
import { type HTMLAttributes, type ReactNode, type RefObject, useEffect, useId, useRef } from 'react';

export interface FieldProps {
  label: string;
  /** The name that the API gives it, so that a refusal finds it. */
  name: string;
  value: string;
  onChange: (value: string) => void;
  error?: string;
  isOptional?: boolean;
  autoComplete?: string;
  className?: string;
}

interface TextProps extends FieldProps {
  type?: 'text' | 'email' | 'tel';
  inputMode?: HTMLAttributes<HTMLInputElement>['inputMode'];
  placeholder?: string;
  maxLength?: number;
  hint?: string;
}

interface FrameProps {
  id: string;
  label: string;
  isOptional?: boolean;
  hint?: string;
  error?: string;
  className?: string;
  children: ReactNode;
}

export function Frame({ id, label, isOptional, hint, error, className = '', children }: FrameProps) {
  return (
    <div className={className}>
      <label htmlFor={id} className="mb-1.5 block text-small">
        {label}
        {isOptional ? <span className="text-muted"> (optional)</span> : null}
      </label>
      {children}
      {hint ? (
        <p id={`${id}-hint`} className="mt-1.5 text-small text-muted">
          {hint}
        </p>
      ) : null}
      {error ? (
        <p id={`${id}-error`} className="mt-1.5 text-small text-alarm">
          {error}
        </p>
      ) : null}
    </div>
  );
}

/** What a field is described by: its hint, and what is wrong with it. */
export function described(id: string, hint?: string, error?: string): string | undefined {
  const ids = [hint ? `${id}-hint` : '', error ? `${id}-error` : ''].filter(Boolean);
  return ids.length > 0 ? ids.join(' ') : undefined;
}

/** What was typed, or filled in by the browser, before this script arrived is not lost on it. */
export function useTypedEarly(
  value: string,
  onChange: (value: string) => void,
): RefObject<HTMLInputElement | null> {
  const input = useRef<HTMLInputElement>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: only once, when the script takes the field over.
  useEffect(() => {
    if (input.current && input.current.value !== value) onChange(input.current.value);
  }, []);

  return input;
}

export function TextField({ label, isOptional, hint, error, className, onChange, ...input }: TextProps) {
  const id = useId();
  const early = useTypedEarly(input.value, onChange);
  return (
    <Frame id={id} label={label} isOptional={isOptional} hint={hint} error={error} className={className}>
      <input
        {...input}
        ref={early}
        id={id}
        aria-required={isOptional ? undefined : true}
        aria-invalid={error ? true : undefined}
        aria-describedby={described(id, hint, error)}
        onChange={({ target }) => onChange(target.value)}
        className="field min-h-11"
      />
    </Frame>
  );
}

interface SelectProps extends FieldProps {
  options: { value: string; label: string }[];
}

export function SelectField({
  label,
  isOptional,
  error,
  className,
  onChange,
  options,
  value,
  ...select
}: SelectProps) {
  const id = useId();
  const isKnown = options.some((option) => option.value === value);
  return (
    <Frame id={id} label={label} isOptional={isOptional} error={error} className={className}>
      <select
        {...select}
        id={id}
        value={isKnown ? value : ''}
        aria-required={isOptional ? undefined : true}
        aria-invalid={error ? true : undefined}
        aria-describedby={described(id, undefined, error)}
        onChange={({ target }) => onChange(target.value)}
        className="field select min-h-11"
      >
        {isKnown ? null : <option value="">Choose …</option>}
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </Frame>
  );
}

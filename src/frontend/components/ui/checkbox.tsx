// A box to tick, with words that may be pressed as well.
import type { ReactNode } from 'react';

interface Props {
  checked: boolean;
  onChange: (checked: boolean) => void;
  disabled?: boolean;
  name?: string;
  /** What it means, smaller. */
  hint?: ReactNode;
  children: ReactNode;
}

export function Checkbox({ checked, onChange, disabled, name, hint, children }: Props) {
  return (
    <label className="flex min-h-11 cursor-pointer items-start gap-3 py-2 text-small has-disabled:cursor-default">
      <input
        type="checkbox"
        name={name}
        checked={checked}
        disabled={disabled}
        onChange={({ target }) => onChange(target.checked)}
        className="mt-0.5 size-4.5 shrink-0"
      />
      <span>
        {children}
        {hint ? <span className="block text-muted">{hint}</span> : null}
      </span>
    </label>
  );
}

// A button that says when it is at work. It stays focusable meanwhile, so that nobody loses their place. Before the script
// is there it submits nothing: the browser would send a form by itself, and write what was typed into the address.
import type { ReactNode } from 'react';
import { useHydrated } from '@/lib/use-hydrated';

interface Props {
  isBusy: boolean;
  /** What it says while it is at work. */
  busyLabel: string;
  type?: 'button' | 'submit';
  disabled?: boolean;
  onClick?: () => void;
  className?: string;
  children: ReactNode;
}

export function BusyButton({
  isBusy,
  busyLabel,
  type = 'button',
  disabled,
  onClick,
  className = 'button',
  children,
}: Props) {
  const isAlive = useHydrated();
  return (
    <button
      type={type}
      disabled={disabled || (type === 'submit' && !isAlive)}
      aria-disabled={isBusy || undefined}
      onClick={(event) => {
        if (isBusy) event.preventDefault();
        else onClick?.();
      }}
      className={className}
    >
      {isBusy ? (
        <>
          <span aria-hidden="true" className="spinner" />
          {busyLabel}
        </>
      ) : (
        children
      )}
    </button>
  );
}

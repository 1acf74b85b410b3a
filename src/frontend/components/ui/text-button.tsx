// A small action beside text, as quiet as a link and as easy to hit as a button.
import type { ReactNode, Ref } from 'react';

interface Props {
  onClick: () => void;
  disabled?: boolean;
  ref?: Ref<HTMLButtonElement>;
  children: ReactNode;
}

export function TextButton({ onClick, disabled, ref, children }: Props) {
  return (
    <button
      ref={ref}
      type="button"
      disabled={disabled}
      onClick={onClick}
      className="quiet-link inline-flex min-h-8 cursor-pointer items-center text-left text-small disabled:cursor-default disabled:text-muted"
    >
      {children}
    </button>
  );
}

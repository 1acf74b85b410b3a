// The few icons, drawn on one 16-pixel grid with one stroke; always beside words, so hidden from assistive technology.
import type { ReactNode } from 'react';

interface Props {
  className?: string;
}

function Icon({ className = 'size-4', children }: Props & { children: ReactNode }) {
  return (
    <svg
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      className={`${className} shrink-0`}
    >
      {children}
    </svg>
  );
}

export function SearchIcon(props: Props) {
  return (
    <Icon {...props}>
      <circle cx="7" cy="7" r="4.75" />
      <path d="m10.5 10.5 3.75 3.75" />
    </Icon>
  );
}

export function ArrowIcon(props: Props) {
  return (
    <Icon {...props}>
      <path d="M2.5 8h11M9.5 4l4 4-4 4" />
    </Icon>
  );
}

export function CrossIcon(props: Props) {
  return (
    <Icon {...props}>
      <path d="m4 4 8 8M12 4l-8 8" />
    </Icon>
  );
}

export function MenuIcon(props: Props) {
  return (
    <Icon {...props}>
      <path d="M2 5h12M2 11h12" />
    </Icon>
  );
}

export function FilterIcon(props: Props) {
  return (
    <Icon {...props}>
      <path d="M2 4.5h5M11 4.5h3M2 11.5h3M9 11.5h5" />
      <circle cx="9" cy="4.5" r="2" />
      <circle cx="7" cy="11.5" r="2" />
    </Icon>
  );
}

export function ChevronIcon(props: Props) {
  return (
    <Icon {...props}>
      <path d="m4 6.25 4 4 4-4" />
    </Icon>
  );
}

export function CartIcon(props: Props) {
  return (
    <Icon {...props}>
      <path d="M3 5h10l.75 9h-11.5zM5.5 7V4a2.5 2.5 0 0 1 5 0v3" />
    </Icon>
  );
}

export function PersonIcon(props: Props) {
  return (
    <Icon {...props}>
      <circle cx="8" cy="5" r="2.75" />
      <path d="M2.75 14c.3-3 2.3-4.5 5.25-4.5s4.95 1.5 5.25 4.5" />
    </Icon>
  );
}

export function PlusIcon(props: Props) {
  return (
    <Icon {...props}>
      <path d="M8 3.5v9M3.5 8h9" />
    </Icon>
  );
}

export function MinusIcon(props: Props) {
  return (
    <Icon {...props}>
      <path d="M3.5 8h9" />
    </Icon>
  );
}

export function CheckIcon(props: Props) {
  return (
    <Icon {...props}>
      <path d="m3 8.5 3.5 3.5L13 4.5" />
    </Icon>
  );
}

/** The shop's mark: a branch that meets the main line. */
export function Mark({ className = 'size-6' }: Props) {
  return (
    <svg viewBox="0 0 32 32" fill="none" aria-hidden="true" className={`${className} shrink-0 text-accent`}>
      <g stroke="currentColor" strokeWidth="3.25" strokeLinecap="round">
        <path d="M10 3v5M10 16v13M22 9c0 7-8 7-11 12" />
        <circle cx="10" cy="12" r="4" />
        <circle cx="22" cy="6" r="2.6" />
      </g>
    </svg>
  );
}

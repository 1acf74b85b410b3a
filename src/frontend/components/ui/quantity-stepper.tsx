'use client';
// How many: a number between two buttons, to be clicked or typed.
import { useState } from 'react';
import { MinusIcon, PlusIcon } from '@/components/ui/icons';

interface Props {
  /** Of what, for those who do not see what stands beside it. */
  of: string;
  quantity: number;
  max: number;
  onChange: (quantity: number) => void;
  disabled?: boolean;
}

const MOST = 999;
const BUTTON =
  'grid size-11 cursor-pointer place-items-center rounded-full hover:text-accent aria-disabled:cursor-default aria-disabled:text-edge focus-visible:rounded-full focus-visible:-outline-offset-2 disabled:cursor-default';

/** A whole number that a line may hold, else null. */
function parse(typed: string): number | null {
  return /^\d{1,4}$/.test(typed.trim()) ? Math.min(Math.max(Number.parseInt(typed, 10), 1), MOST) : null;
}

export function QuantityStepper({ of, quantity, max, onChange, disabled }: Props) {
  const [typed, setTyped] = useState<string | null>(null);
  const isLeast = quantity <= 1;
  const isMost = quantity >= Math.min(max, MOST);

  const commit = () => {
    const wanted = typed === null ? null : parse(typed);
    setTyped(null);
    if (wanted !== null && wanted !== quantity) onChange(wanted);
  };

  return (
    <fieldset disabled={disabled} className="inline-flex rounded-full border border-edge">
      <legend className="sr-only">Quantity of {of}</legend>
      <button
        type="button"
        aria-label="One fewer"
        // Not `disabled`, which would take the focus away at the last click.
        aria-disabled={isLeast || undefined}
        onClick={() => isLeast || onChange(Math.min(quantity - 1, Math.max(max, 1)))}
        className={BUTTON}
      >
        <MinusIcon className="size-3.5" />
      </button>
      <input
        aria-label="Quantity"
        inputMode="numeric"
        autoComplete="off"
        value={typed ?? String(quantity)}
        onChange={({ target }) => setTyped(target.value)}
        onFocus={({ target }) => target.select()}
        onBlur={commit}
        onKeyDown={({ key }) => key === 'Enter' && commit()}
        className="w-9 min-w-0 bg-transparent text-center text-body tabular-nums focus-visible:outline-offset-0"
      />
      <button
        type="button"
        aria-label="One more"
        aria-disabled={isMost || undefined}
        onClick={() => isMost || onChange(quantity + 1)}
        className={BUTTON}
      >
        <PlusIcon className="size-3.5" />
      </button>
    </fieldset>
  );
}

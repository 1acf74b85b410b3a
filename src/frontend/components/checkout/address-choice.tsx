'use client';
// An address of the book, or another one that is typed.
import { type ReactNode, useState } from 'react';
import { AddressFields } from '@/components/checkout/address-fields';
import { AddressText } from '@/components/order/address-text';
import { isSame } from '@/lib/account/book';
import type { SavedAddress } from '@/lib/api/account';
import type { Country } from '@/lib/api/countries';
import type { AddressPart, FieldErrors } from '@/lib/checkout/address';
import { type AddressDraft, typedAddress } from '@/lib/checkout/draft';

interface Props {
  part: AddressPart;
  saved: SavedAddress[];
  address: AddressDraft;
  countries: Country[];
  errors: FieldErrors;
  onChange: (address: AddressDraft, name: string) => void;
}

export function AddressChoice({ part, saved, address, countries, errors, onChange }: Props) {
  const known = saved.find((candidate) => isSame(address, candidate.address));
  const [isTyping, setIsTyping] = useState(!known);
  const fields = (
    <AddressFields part={part} address={address} countries={countries} errors={errors} onChange={onChange} />
  );
  if (saved.length === 0) return fields;

  const hasErrors = Object.keys(errors).some((name) => name.startsWith(`${part}.`));
  const chosen = isTyping ? null : known;
  const choose = (next: SavedAddress) => {
    setIsTyping(false);
    onChange(typedAddress(next.address), part);
  };
  const typeAnother = () => {
    if (isTyping) return;
    setIsTyping(true);
    onChange({ country: address.country }, part);
  };
  return (
    <div className="grid gap-5">
      <fieldset className="min-w-0">
        <legend className="mb-2 text-small">
          {part === 'billing_address' ? 'Where does the bill go?' : 'Which address?'}
        </legend>
        <div className="grid gap-3 sm:grid-cols-2">
          {saved.map((candidate) => (
            <Choice
              key={candidate.id}
              part={part}
              isChosen={candidate === chosen}
              onChoose={() => choose(candidate)}
            >
              <AddressText address={candidate.address} countries={countries} />
            </Choice>
          ))}
          <Choice part={part} isChosen={!chosen} onChoose={typeAnother}>
            Another address
          </Choice>
        </div>
      </fieldset>
      {!chosen || hasErrors ? fields : null}
    </div>
  );
}

interface ChoiceProps {
  part: AddressPart;
  isChosen: boolean;
  onChoose: () => void;
  children: ReactNode;
}

function Choice({ part, isChosen, onChoose, children }: ChoiceProps) {
  return (
    <label className="flex cursor-pointer gap-3.5 rounded-medium border border-edge bg-raised p-4 text-small hover:border-ink has-checked:border-accent has-checked:ring-1 has-checked:ring-accent has-focus-visible:outline-2 has-focus-visible:outline-offset-3 has-focus-visible:outline-accent">
      <input
        type="radio"
        name={`${part}-choice`}
        checked={isChosen}
        onChange={onChoose}
        className="mt-0.5 size-4.5 shrink-0 outline-none"
      />
      <span className="min-w-0 flex-1">{children}</span>
    </label>
  );
}

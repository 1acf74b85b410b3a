'use client';
// The address book: what is in it, and one address of it while it is written.
import { useRef, useState } from 'react';
import { AddressCard } from '@/components/account/addresses/address-card';
import { AddressForm } from '@/components/account/addresses/address-form';
import { Own } from '@/components/account/own';
import { useOwn } from '@/components/account/use-own';
import { Alert } from '@/components/ui/alert';
import { PlusIcon } from '@/components/ui/icons';
import { Notice } from '@/components/ui/notice';
import { TextButton } from '@/components/ui/text-button';
import { listAddresses, type SavedAddress } from '@/lib/api/account';
import { type Country, listCountries } from '@/lib/api/countries';
import { inWords } from '@/lib/api/errors';
import { useLoaded } from '@/lib/use-loaded';

/** What is being written: an address of the book, or a new one. */
type Writing = SavedAddress | 'new' | null;

export function Addresses({ homeCountry }: { homeCountry: string }) {
  const book = useOwn('addresses', listAddresses);
  const countries = useLoaded('countries', listCountries);
  if (countries.error && !countries.data) {
    return (
      <Alert tone="trouble" title="Your addresses cannot be shown right now">
        <p>{inWords(countries.error)}</p>
        <TextButton onClick={countries.retry}>Try again</TextButton>
      </Alert>
    );
  }
  const known = countries.data;
  return (
    <Own of={known ? book : { ...book, data: null }} what="Your addresses" skeleton={<BookSkeleton />}>
      {(items) => (
        <Book items={items} countries={known ?? []} homeCountry={homeCountry} onChanged={book.retry} />
      )}
    </Own>
  );
}

interface BookProps {
  items: SavedAddress[];
  countries: Country[];
  homeCountry: string;
  onChanged: () => void;
}

function Book({ items, countries, homeCountry, onChanged }: BookProps) {
  const [writing, setWriting] = useState<Writing>(null);
  const add = useRef<HTMLButtonElement>(null);

  if (writing) {
    return (
      <AddressForm
        saved={writing === 'new' ? null : writing}
        isFirst={items.length === 0}
        countries={countries}
        homeCountry={homeCountry}
        onDone={(hasChanged) => {
          if (hasChanged) onChanged();
          setWriting(null);
        }}
      />
    );
  }
  const addButton = (
    <button ref={add} type="button" onClick={() => setWriting('new')} className="button">
      <PlusIcon />
      Add an address
    </button>
  );
  if (items.length === 0) {
    return (
      <Notice heading="h2" code="no remotes" title="No addresses yet">
        <p>Put one in, and it is ready at checkout.</p>
        <p className="mt-8">{addButton}</p>
      </Notice>
    );
  }
  return (
    <>
      <ul className="grid gap-4 md:grid-cols-2">
        {items.map((saved) => (
          <li key={saved.id}>
            <AddressCard
              saved={saved}
              countries={countries}
              onEdit={() => setWriting(saved)}
              onChanged={onChanged}
            />
          </li>
        ))}
      </ul>
      <p className="mt-6">{addButton}</p>
    </>
  );
}

function BookSkeleton() {
  return (
    <div className="grid gap-4 md:grid-cols-2">
      <div className="skeleton h-56 rounded-medium" />
      <div className="skeleton h-56 rounded-medium" />
    </div>
  );
}

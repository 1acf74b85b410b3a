'use client';
// The first step: who buys, and where the parcel and the bill go.
import { type SubmitEvent, useEffect, useRef, useState } from 'react';
import { AddressChoice } from '@/components/checkout/address-choice';
import { StepHeading } from '@/components/checkout/step-heading';
import { Alert } from '@/components/ui/alert';
import { TextField } from '@/components/ui/field';
import type { Book } from '@/lib/account/book';
import type { Country } from '@/lib/api/countries';
import { type FieldErrors, missing } from '@/lib/checkout/address';
import type { Draft } from '@/lib/checkout/draft';
import { goTo } from '@/lib/checkout/steps';

interface Props {
  /** `null` for a guest. */
  book: Book | null;
  draft: Draft;
  onDraft: (draft: Draft) => void;
  countries: Country[];
  errors: FieldErrors;
  onErrors: (errors: FieldErrors) => void;
  takesFocus: boolean;
}

export function AddressStep({ book, draft, onDraft, countries, errors, onErrors, takesFocus }: Props) {
  const form = useRef<HTMLFormElement>(null);
  const [attempt, setAttempt] = useState(0);
  const count = Object.keys(errors).length;

  useEffect(() => {
    if (attempt > 0) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [attempt]);

  /** What is being put right is not complained about any more: a field, or the whole of an address. */
  const change = (next: Draft, field: string) => {
    onDraft(next);
    const others = Object.entries(errors).filter(([name]) => name !== field && !name.startsWith(`${field}.`));
    onErrors(Object.fromEntries(others));
  };

  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const found = missing(draft, countries);
    onErrors(found);
    if (Object.keys(found).length === 0) goTo('delivery');
    else setAttempt(attempt + 1);
  };

  return (
    <form ref={form} noValidate onSubmit={submit} className="grid gap-6">
      <div className="flex flex-wrap items-baseline justify-between gap-x-6 gap-y-1">
        <StepHeading takesFocus={takesFocus}>Where does it go?</StepHeading>
        {book ? null : (
          <p className="text-small text-muted">
            You have an account?{' '}
            <a
              href="/account/sign-in?next=/checkout"
              className="quiet-link inline-flex min-h-8 items-center text-ink"
            >
              Sign in
            </a>
          </p>
        )}
      </div>
      {count > 0 ? (
        <Alert
          tone="trouble"
          title={count === 1 ? 'One field needs a look' : `${count} fields need a look`}
        />
      ) : null}
      <TextField
        label="E-mail"
        name="email"
        type="email"
        inputMode="email"
        autoComplete="email"
        value={draft.email}
        onChange={(email) => change({ ...draft, email }, 'email')}
        error={errors.email}
        hint="For the confirmation, and news of this order only."
      />
      <AddressChoice
        part="shipping_address"
        saved={book?.addresses ?? []}
        address={draft.shipping}
        countries={countries}
        errors={errors}
        onChange={(shipping, field) => change({ ...draft, shipping }, field)}
      />
      <Billing book={book} draft={draft} countries={countries} errors={errors} onChange={change} />
      <button type="submit" className="button w-full sm:justify-self-start sm:w-auto sm:px-8">
        Continue to delivery
      </button>
    </form>
  );
}

interface BillingProps {
  book: Book | null;
  draft: Draft;
  countries: Country[];
  errors: FieldErrors;
  onChange: (draft: Draft, field: string) => void;
}

function Billing({ book, draft, countries, errors, onChange }: BillingProps) {
  const { billing, shipping } = draft;
  return (
    <div>
      <label className="flex min-h-11 cursor-pointer items-center gap-3 text-small">
        <input
          type="checkbox"
          checked={billing === null}
          onChange={({ target }) =>
            onChange({ ...draft, billing: target.checked ? null : { country: shipping.country } }, '')
          }
          className="size-4.5 shrink-0"
        />
        The bill goes to the same address
      </label>
      {billing ? (
        <fieldset className="mt-4 min-w-0">
          <legend className="mb-4 text-h3 font-[560]">Billing address</legend>
          <AddressChoice
            part="billing_address"
            saved={book?.addresses ?? []}
            address={billing}
            countries={countries}
            errors={errors}
            onChange={(next, field) => onChange({ ...draft, billing: next }, field)}
          />
        </fieldset>
      ) : null}
    </div>
  );
}

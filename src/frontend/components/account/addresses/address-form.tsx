'use client';
// Writes an address of the book, in the form that its country gives it.
import { type SubmitEvent, useEffect, useRef, useState } from 'react';
import { AddressFields } from '@/components/checkout/address-fields';
import { Alert } from '@/components/ui/alert';
import { BusyButton } from '@/components/ui/busy-button';
import { Checkbox } from '@/components/ui/checkbox';
import { refusalOf } from '@/lib/account/refusal';
import { leadsToSignIn } from '@/lib/account/session';
import { addAddress, changeAddress, type SavedAddress } from '@/lib/api/account';
import type { Country } from '@/lib/api/countries';
import { isRefusal } from '@/lib/api/errors';
import { type FieldErrors, missingIn, refusedIn, toAddress } from '@/lib/checkout/address';
import { type AddressDraft, typedAddress } from '@/lib/checkout/draft';
import { useOnce } from '@/lib/use-once';

interface Props {
  /** `null` for a new one. */
  saved: SavedAddress | null;
  isFirst: boolean;
  countries: Country[];
  homeCountry: string;
  onDone: (hasChanged: boolean) => void;
}

function useAddressForm({ saved, isFirst, countries, homeCountry, onDone }: Props) {
  const form = useRef<HTMLFormElement>(null);
  const [address, setAddress] = useState<AddressDraft>(
    saved ? typedAddress(saved.address) : { country: homeCountry },
  );
  const [shipping, setShipping] = useState(saved?.default_shipping ?? isFirst);
  const [billing, setBilling] = useState(saved?.default_billing ?? isFirst);
  const [errors, setErrors] = useState<FieldErrors>({});
  const [text, setText] = useState('');
  const [attempt, setAttempt] = useState(0);

  const refuse = (found: FieldErrors, said = '') => {
    setErrors(found);
    setText(said);
    setAttempt((before) => before + 1);
  };
  const { isBusy, once } = useOnce((error) => {
    if (leadsToSignIn(error)) return;
    if (isRefusal(error) && error.errors.length > 0) refuse(refusedIn(error.errors, address, countries));
    else refuse({}, refusalOf(error, {}, '').text);
  });

  useEffect(() => {
    if (attempt > 0) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [attempt]);

  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const found = missingIn(address, 'address', countries);
    if (Object.keys(found).length > 0) return refuse(found);
    const body = {
      address: toAddress(address, countries),
      default_shipping: shipping,
      default_billing: billing,
    };
    void once(async () => {
      setText('');
      if (saved) await changeAddress(saved.id, body);
      else await addAddress(body);
      onDone(true);
      return false;
    });
  };

  const change = (next: AddressDraft, field: string) => {
    setAddress(next);
    setErrors(({ [field]: _, ...others }) => others);
  };
  return { form, address, change, errors, text, isBusy, submit, shipping, setShipping, billing, setBilling };
}

export function AddressForm(props: Props) {
  const { saved, isFirst, countries, onDone } = props;
  const state = useAddressForm(props);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const count = Object.keys(state.errors).length;
  return (
    <form ref={state.form} noValidate method="post" onSubmit={state.submit} className="grid max-w-2xl gap-6">
      <h2 ref={heading} tabIndex={-1} className="text-h2 outline-none">
        {saved ? 'Change the address' : 'A new address'}
      </h2>
      {state.text ? <Alert tone="trouble">{state.text}</Alert> : null}
      {count > 0 ? (
        <Alert
          tone="trouble"
          title={count === 1 ? 'One field needs a look' : `${count} fields need a look`}
        />
      ) : null}
      <AddressFields
        part="address"
        address={state.address}
        countries={countries}
        errors={state.errors}
        onChange={state.change}
      />
      <div>
        <Checkbox
          checked={state.shipping}
          onChange={state.setShipping}
          disabled={isFirst || saved?.default_shipping}
          hint={saved?.default_shipping ? 'To change that, choose another address for it.' : undefined}
        >
          Send parcels here unless I say otherwise
        </Checkbox>
        <Checkbox
          checked={state.billing}
          onChange={state.setBilling}
          disabled={isFirst || saved?.default_billing}
          hint={saved?.default_billing ? 'To change that, choose another address for it.' : undefined}
        >
          Send bills here unless I say otherwise
        </Checkbox>
      </div>
      <div className="flex flex-wrap gap-3">
        <BusyButton type="submit" isBusy={state.isBusy} busyLabel="Saving …" className="button sm:px-8">
          Save the address
        </BusyButton>
        <button type="button" onClick={() => onDone(false)} className="button button-plain">
          Cancel
        </button>
      </div>
    </form>
  );
}

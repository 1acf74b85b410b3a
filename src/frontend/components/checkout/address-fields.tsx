'use client';
// An address in the form that its country gives it.
import { SelectField, TextField } from '@/components/ui/field';
import type { AddressField, Country } from '@/lib/api/countries';
import { type AddressPart, AUTOCOMPLETE, type FieldErrors, fieldsOf } from '@/lib/checkout/address';
import type { AddressDraft } from '@/lib/checkout/draft';

interface Props {
  part: AddressPart;
  address: AddressDraft;
  countries: Country[];
  errors: FieldErrors;
  onChange: (address: AddressDraft, name: string) => void;
}

const WIDTH: Record<AddressField['name'], string> = {
  name: 'col-span-full',
  company: 'col-span-full',
  line1: 'col-span-full',
  line2: 'col-span-full',
  postal_code: 'col-span-2',
  city: 'col-span-4',
  region: 'col-span-full sm:col-span-2',
  phone: 'col-span-full sm:col-span-4',
};

/** Which of a browser's addresses it may fill in. */
const SECTION: Record<AddressPart, string> = {
  shipping_address: 'shipping ',
  billing_address: 'billing ',
  address: '',
};

export function AddressFields({ part, address, countries, errors, onChange }: Props) {
  const change = (name: AddressField['name'] | 'country') => (value: string) =>
    onChange({ ...address, [name]: value }, `${part}.${name}`);

  return (
    <div className="grid grid-cols-6 gap-x-3 gap-y-4">
      <SelectField
        label="Country"
        name={`${part}.country`}
        value={address.country}
        onChange={change('country')}
        error={errors[`${part}.country`]}
        autoComplete={`${SECTION[part]}country`}
        options={countries.map(({ code, name }) => ({ value: code, label: name }))}
        className="col-span-full"
      />
      {fieldsOf(countries, address.country).map(({ name, label, required, options, example }) => {
        const common = {
          label,
          name: `${part}.${name}`,
          value: address[name] ?? '',
          onChange: change(name),
          error: errors[`${part}.${name}`],
          isOptional: !required,
          autoComplete: `${SECTION[part]}${AUTOCOMPLETE[name]}`,
          className: WIDTH[name],
        };
        if (options) return <SelectField key={name} {...common} options={options} />;
        return (
          <TextField
            key={name}
            {...common}
            type={name === 'phone' ? 'tel' : 'text'}
            placeholder={example ?? undefined}
          />
        );
      })}
    </div>
  );
}

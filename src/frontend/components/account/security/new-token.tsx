'use client';
// What a new token is for, what it may do, and for how long.
import { useState } from 'react';
import { FormTrouble } from '@/components/account/form-trouble';
import { BusyButton } from '@/components/ui/busy-button';
import { Checkbox } from '@/components/ui/checkbox';
import { SelectField, TextField } from '@/components/ui/field';
import { PasswordField } from '@/components/ui/password-field';
import { SCOPES } from '@/lib/account/scopes';
import { useForm } from '@/lib/account/use-form';
import { type CreatedApiToken, createToken, type Scope } from '@/lib/api/security';

interface Props {
  /** What the account may do itself. */
  offered: Scope[];
  onMade: (token: CreatedApiToken) => void;
  onCancel: () => void;
}

const LASTING = [
  { value: '7', label: 'A week' },
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: 'A year' },
];

export function NewToken({ offered, onMade, onCancel }: Props) {
  const [scopes, setScopes] = useState<Scope[]>([]);
  const form = useForm(
    { name: 'The name', scopes: 'What it may do', expires_in_days: 'The time', password: 'The password' },
    { initial: { expires_in_days: '90' }, optional: ['scopes'] },
  );

  const make = async ({ name, expires_in_days, password }: typeof form.values) => {
    if (scopes.length === 0) {
      form.refuse({ text: '', fields: { scopes: 'Tick at least one thing that it may do.' } });
      return false;
    }
    const body = { name: name.trim(), scopes, expires_in_days: Number(expires_in_days), password };
    onMade(await createToken(body));
    return false;
  };
  const toggle = (scope: Scope) => (isTicked: boolean) => {
    setScopes(isTicked ? [...scopes, scope] : scopes.filter((ticked) => ticked !== scope));
    form.field('scopes').onChange('');
  };
  const { error } = form.field('scopes');
  return (
    <form
      ref={form.ref}
      noValidate
      method="post"
      onSubmit={form.submit(make)}
      className="grid max-w-md gap-4"
    >
      <FormTrouble refusal={form.refusal} />
      <TextField
        label="What is it for?"
        placeholder="Label printer"
        autoComplete="off"
        maxLength={100}
        {...form.field('name')}
      />
      <fieldset className="min-w-0" aria-describedby={error ? 'scopes-error' : undefined}>
        <legend className="mb-1 text-small">What may it do?</legend>
        {offered.map((scope) => (
          <Checkbox key={scope} name="scopes" checked={scopes.includes(scope)} onChange={toggle(scope)}>
            {SCOPES[scope]} <span className="detail text-muted">{scope}</span>
          </Checkbox>
        ))}
        {error ? (
          <p id="scopes-error" role="alert" className="mt-1 text-small text-alarm">
            {error}
          </p>
        ) : null}
      </fieldset>
      <SelectField label="How long?" options={LASTING} {...form.field('expires_in_days')} />
      <PasswordField label="Your password" {...form.field('password')} />
      <div className="flex flex-wrap gap-3">
        <BusyButton type="submit" isBusy={form.isBusy} busyLabel="Making …">
          Make the token
        </BusyButton>
        <button type="button" onClick={onCancel} className="button button-plain">
          Cancel
        </button>
      </div>
    </form>
  );
}

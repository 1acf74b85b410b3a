'use client';
// A new password, for who knows the old one.
import { useState } from 'react';
import { FormTrouble } from '@/components/account/form-trouble';
import { Alert } from '@/components/ui/alert';
import { BusyButton } from '@/components/ui/busy-button';
import { PasswordField } from '@/components/ui/password-field';
import { useForm } from '@/lib/account/use-form';
import { changePassword } from '@/lib/api/security';

interface Props {
  email: string;
  onChanged: () => void;
}

export function ChangePassword({ email, onChanged }: Props) {
  const [isDone, setIsDone] = useState(false);
  const form = useForm(
    { current_password: 'The present password', password: 'The new password' },
    { proof: 'current_password' },
  );

  const change = async ({ current_password, password }: typeof form.values) => {
    setIsDone(false);
    await changePassword(current_password, password);
    form.set({ current_password: '', password: '' });
    setIsDone(true);
    onChanged();
    return false;
  };

  return (
    <form
      ref={form.ref}
      noValidate
      method="post"
      onSubmit={form.submit(change)}
      className="grid max-w-md gap-4"
    >
      <FormTrouble refusal={form.refusal} />
      {isDone ? <Alert title="Your password is changed">Every other browser was signed out.</Alert> : null}
      {/* Password managers keep a password by this name. */}
      <input type="email" autoComplete="username" value={email} readOnly hidden />
      <PasswordField label="Present password" {...form.field('current_password')} />
      <PasswordField label="New password" isNew {...form.field('password')} />
      <BusyButton
        type="submit"
        isBusy={form.isBusy}
        busyLabel="Changing …"
        className="button sm:justify-self-start"
      >
        Change the password
      </BusyButton>
    </form>
  );
}

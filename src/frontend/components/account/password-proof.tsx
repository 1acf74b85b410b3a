'use client';
// Asks for the account's password before something that whoever finds the browser open should not be able to do.
import type { ReactNode } from 'react';
import { FormTrouble } from '@/components/account/form-trouble';
import { BusyButton } from '@/components/ui/busy-button';
import { PasswordField } from '@/components/ui/password-field';
import { useForm } from '@/lib/account/use-form';

interface Props {
  action: string;
  busyLabel: string;
  onProven: (password: string) => Promise<void>;
  onCancel?: () => void;
  /** What is said or asked above the password. */
  children?: ReactNode;
}

export function PasswordProof({ action, busyLabel, onProven, onCancel, children }: Props) {
  const form = useForm({ password: 'The password' });
  const prove = async ({ password }: { password: string }) => {
    await onProven(password);
    return false;
  };
  return (
    <form
      ref={form.ref}
      noValidate
      method="post"
      onSubmit={form.submit(prove)}
      className="grid max-w-md gap-4"
    >
      {children}
      <FormTrouble refusal={form.refusal} />
      <PasswordField label="Your password" {...form.field('password')} />
      <div className="flex flex-wrap gap-3">
        <BusyButton type="submit" isBusy={form.isBusy} busyLabel={busyLabel}>
          {action}
        </BusyButton>
        {onCancel ? (
          <button type="button" onClick={onCancel} className="button button-plain">
            Cancel
          </button>
        ) : null}
      </div>
    </form>
  );
}

'use client';
// The address of an account: the present one, the one that is to come, and asking for another.
import { useState } from 'react';
import { FormTrouble } from '@/components/account/form-trouble';
import { useAction } from '@/components/account/use-action';
import { Alert } from '@/components/ui/alert';
import { BusyButton } from '@/components/ui/busy-button';
import { TextField } from '@/components/ui/field';
import { PasswordField } from '@/components/ui/password-field';
import { TextButton } from '@/components/ui/text-button';
import { useForm } from '@/lib/account/use-form';
import type { Account } from '@/lib/api/account';
import { changeEmail, giveUpEmail } from '@/lib/api/security';

interface Props {
  account: Account;
  onChanged: () => void;
}

export function ChangeEmail({ account, onChanged }: Props) {
  const [isOpen, setIsOpen] = useState(false);
  const { email, new_email } = account;
  return (
    <div className="grid gap-4">
      <p className="text-body font-[560] wrap-anywhere">{email}</p>
      {new_email ? <Pending account={account} newEmail={new_email} onChanged={onChanged} /> : null}
      {!new_email && !isOpen ? (
        <p>
          <button type="button" onClick={() => setIsOpen(true)} className="button button-plain">
            Change the address
          </button>
        </p>
      ) : null}
      {!new_email && isOpen ? (
        <EmailForm
          onDone={(isAsked) => {
            setIsOpen(false);
            if (isAsked) onChanged();
          }}
        />
      ) : null}
    </div>
  );
}

interface PendingProps extends Props {
  newEmail: string;
}

function Pending({ account, newEmail, onChanged }: PendingProps) {
  const { isBusy, trouble, act } = useAction();
  const giveUp = () =>
    act(async () => {
      await giveUpEmail();
      onChanged();
    });
  return (
    <Alert title="Two mails are on their way">
      <p>
        One to {account.email}, one to {newEmail}. When the links of both were opened, the new address counts.
        Until then nothing changes.
      </p>
      <TextButton onClick={giveUp}>{isBusy ? 'Giving it up …' : 'Give the change up'}</TextButton>
      {trouble ? (
        <p role="alert" className="text-alarm">
          {trouble}
        </p>
      ) : null}
    </Alert>
  );
}

function EmailForm({ onDone }: { onDone: (isAsked: boolean) => void }) {
  const form = useForm({ email: 'The e-mail address', password: 'The password' });
  const ask = async ({ email, password }: typeof form.values) => {
    await changeEmail(email.trim(), password);
    onDone(true);
    return false;
  };
  return (
    <form ref={form.ref} noValidate method="post" onSubmit={form.submit(ask)} className="grid max-w-md gap-4">
      <FormTrouble refusal={form.refusal} />
      <TextField
        label="New address"
        type="email"
        inputMode="email"
        autoComplete="email"
        maxLength={254}
        {...form.field('email')}
      />
      <PasswordField label="Your password" {...form.field('password')} />
      <div className="flex flex-wrap gap-3">
        <BusyButton type="submit" isBusy={form.isBusy} busyLabel="Sending …">
          Send the mails
        </BusyButton>
        <button type="button" onClick={() => onDone(false)} className="button button-plain">
          Keep the present one
        </button>
      </div>
    </form>
  );
}

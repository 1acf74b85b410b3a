'use client';
// The first step of signing in.
import { useEffect, useState } from 'react';
import { FormTrouble } from '@/components/account/form-trouble';
import { Alert } from '@/components/ui/alert';
import { BusyButton } from '@/components/ui/busy-button';
import { TextField } from '@/components/ui/field';
import { PasswordField } from '@/components/ui/password-field';
import { withNext } from '@/lib/account/next';
import { NO_REFUSAL } from '@/lib/account/refusal';
import { useForm } from '@/lib/account/use-form';
import { type SignedIn, signIn } from '@/lib/api/auth';

interface Props {
  /** True when it leads away from the page. */
  onAnswer: (answer: SignedIn) => Promise<boolean>;
  /** Why somebody is here; what is wrong with the form takes its place. */
  note: string | null;
}

export function PasswordForm({ onAnswer, note }: Props) {
  const form = useForm({ email: 'The e-mail address', password: 'The password' });
  const [register, setRegister] = useState('/account/register');
  useEffect(() => setRegister(withNext('/account/register')), []);

  return (
    <>
      <form
        ref={form.ref}
        noValidate
        method="post"
        onSubmit={form.submit(async ({ email, password }) => onAnswer(await signIn(email.trim(), password)))}
        className="grid gap-5"
      >
        {note && form.refusal === NO_REFUSAL ? <Alert>{note}</Alert> : null}
        <FormTrouble refusal={form.refusal} />
        <TextField
          label="E-mail"
          type="email"
          inputMode="email"
          autoComplete="username"
          {...form.field('email')}
        />
        <div>
          <PasswordField label="Password" {...form.field('password')} />
          <a
            href="/account/forgot"
            className="quiet-link mt-1.5 inline-flex min-h-8 items-center text-small text-muted hover:text-ink"
          >
            Forgot your password?
          </a>
        </div>
        <BusyButton
          type="submit"
          isBusy={form.isBusy}
          busyLabel="Signing in …"
          className="button w-full sm:w-auto sm:justify-self-start sm:px-8"
        >
          Sign in
        </BusyButton>
      </form>
      <p className="border-t border-line pt-5 text-small text-muted">
        New here?{' '}
        <a href={register} className="quiet-link inline-flex min-h-8 items-center text-ink">
          Create an account
        </a>
      </p>
    </>
  );
}

'use client';
// Asking for an account. What follows is the same whether the address has one or not, so that nobody learns who has.
import { useEffect, useRef, useState } from 'react';
import { FormTrouble } from '@/components/account/form-trouble';
import { BusyButton } from '@/components/ui/busy-button';
import { TextField } from '@/components/ui/field';
import { PasswordField } from '@/components/ui/password-field';
import { TextButton } from '@/components/ui/text-button';
import { recallInvited } from '@/lib/account/invitation';
import { nextPage, signInPath } from '@/lib/account/next';
import { useForm } from '@/lib/account/use-form';
import { register } from '@/lib/api/auth';

export function Register() {
  const form = useForm(
    { name: 'Your name', email: 'The e-mail address', password: 'The password' },
    { optional: ['name'] },
  );
  const [sentTo, setSentTo] = useState('');
  const [signIn, setSignIn] = useState('/account/sign-in');

  // biome-ignore lint/correctness/useExhaustiveDependencies: what only the browser knows is read once.
  useEffect(() => {
    setSignIn(signInPath(nextPage()));
    form.set(recallInvited());
  }, []);

  if (sentTo) return <MailSent email={sentTo} onBack={() => setSentTo('')} />;
  const send = async ({ name, email, password }: typeof form.values) => {
    await register({ name: name.trim(), email: email.trim(), password });
    setSentTo(email.trim());
    return false;
  };
  return (
    <div className="grid gap-6">
      <form ref={form.ref} noValidate method="post" onSubmit={form.submit(send)} className="grid gap-5">
        <FormTrouble refusal={form.refusal} />
        <TextField
          label="Name"
          isOptional
          autoComplete="name"
          maxLength={100}
          hint="How we address you."
          {...form.field('name')}
        />
        <TextField
          label="E-mail"
          type="email"
          inputMode="email"
          autoComplete="username"
          maxLength={254}
          {...form.field('email')}
        />
        <PasswordField label="Password" isNew {...form.field('password')} />
        <BusyButton
          type="submit"
          isBusy={form.isBusy}
          busyLabel="Sending …"
          className="button w-full sm:w-auto sm:justify-self-start sm:px-8"
        >
          Create the account
        </BusyButton>
      </form>
      <p className="border-t border-line pt-5 text-small text-muted">
        You have one already?{' '}
        <a href={signIn} className="quiet-link inline-flex min-h-8 items-center text-ink">
          Sign in
        </a>
      </p>
    </div>
  );
}

/** The form is gone: what follows is the next thing to read. */
function MailSent({ email, onBack }: { email: string; onBack: () => void }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <div>
      <h2 ref={heading} tabIndex={-1} className="text-h2 outline-none">
        Look into your mail
      </h2>
      <p className="mt-4">
        We have sent a mail to <span className="font-[560] wrap-anywhere">{email}</span>: open its link to
        confirm that the address is yours. If it has an account already, the mail says so.
      </p>
      <p className="mt-3 text-small text-muted">
        Nothing there after a few minutes? Look among what was sorted out as junk, or{' '}
        <TextButton onClick={onBack}>try another address</TextButton>.
      </p>
    </div>
  );
}

'use client';
// Asking for a link that sets a new password; the answer is the same whether the address has an account or not.
import { useEffect, useRef, useState } from 'react';
import { FormTrouble } from '@/components/account/form-trouble';
import { BusyButton } from '@/components/ui/busy-button';
import { TextField } from '@/components/ui/field';
import { useForm } from '@/lib/account/use-form';
import { forgotPassword } from '@/lib/api/auth';

export function Forgot() {
  const form = useForm({ email: 'The e-mail address' });
  const [sentTo, setSentTo] = useState('');
  if (sentTo) return <LinkSent email={sentTo} />;
  return (
    <div className="grid gap-6">
      <form
        ref={form.ref}
        noValidate
        method="post"
        onSubmit={form.submit(async ({ email }) => {
          await forgotPassword(email.trim());
          setSentTo(email.trim());
          return false;
        })}
        className="grid gap-5"
      >
        <FormTrouble refusal={form.refusal} />
        <TextField
          label="E-mail"
          type="email"
          inputMode="email"
          autoComplete="username"
          {...form.field('email')}
        />
        <BusyButton
          type="submit"
          isBusy={form.isBusy}
          busyLabel="Sending …"
          className="button w-full sm:w-auto sm:justify-self-start sm:px-8"
        >
          Send me a link
        </BusyButton>
      </form>
      <p className="border-t border-line pt-5 text-small text-muted">
        It came back to you?{' '}
        <a href="/account/sign-in" className="quiet-link inline-flex min-h-8 items-center text-ink">
          Sign in
        </a>
      </p>
    </div>
  );
}

function LinkSent({ email }: { email: string }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <div>
      <h2 ref={heading} tabIndex={-1} className="text-h2 outline-none">
        Look into your mail
      </h2>
      <p className="mt-4">
        If <span className="font-[560] wrap-anywhere">{email}</span> has an account, a link is on its way
        there. It works once and for 30 minutes.
      </p>
    </div>
  );
}

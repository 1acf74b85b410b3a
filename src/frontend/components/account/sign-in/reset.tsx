'use client';
// A new password by the link of a mail.
import { useState } from 'react';
import { FormTrouble } from '@/components/account/form-trouble';
import { LinkInvalid, LinkSkeleton } from '@/components/account/sign-in/link-invalid';
import { useToken } from '@/components/account/sign-in/use-token';
import { BusyButton } from '@/components/ui/busy-button';
import { PasswordField } from '@/components/ui/password-field';
import { forgetSignedIn } from '@/lib/account/hint';
import { ACCOUNT, signInPath } from '@/lib/account/next';
import { useForm } from '@/lib/account/use-form';
import { resetPassword } from '@/lib/api/auth';
import { hasCode } from '@/lib/api/errors';

const INVALID =
  'It was used already, it is older than 30 minutes, or a part of it is missing. Ask for another one.';

export function Reset() {
  const { isRead, token } = useToken();
  const [isInvalid, setIsInvalid] = useState(false);
  const form = useForm({ password: 'The password' });

  const set = async ({ password }: { password: string }) => {
    try {
      await resetPassword(token ?? '', password);
    } catch (error) {
      if (!hasCode(error, 'link_invalid')) throw error;
      setIsInvalid(true);
      return false;
    }
    // Every session has ended with the old password.
    forgetSignedIn();
    window.location.replace(signInPath(ACCOUNT, 'password'));
    return true;
  };

  if (!isRead) return <LinkSkeleton />;
  if (!token || isInvalid)
    return <LinkInvalid text={INVALID} href="/account/forgot" action="Ask for another link" />;
  return (
    <form ref={form.ref} noValidate method="post" onSubmit={form.submit(set)} className="grid gap-5">
      <FormTrouble refusal={form.refusal} />
      <PasswordField label="New password" isNew {...form.field('password')} />
      <BusyButton
        type="submit"
        isBusy={form.isBusy}
        busyLabel="Setting …"
        className="button w-full sm:w-auto sm:justify-self-start sm:px-8"
      >
        Set the password
      </BusyButton>
    </form>
  );
}

'use client';
// The end of a registration: the mail's link and the password together prove that both belong to the same person.
import { useState } from 'react';
import { FormTrouble } from '@/components/account/form-trouble';
import { CodeForm } from '@/components/account/sign-in/code-form';
import { LinkInvalid, LinkSkeleton } from '@/components/account/sign-in/link-invalid';
import { useToken } from '@/components/account/sign-in/use-token';
import { BusyButton } from '@/components/ui/busy-button';
import { PasswordField } from '@/components/ui/password-field';
import { goOn } from '@/lib/account/session';
import { useForm } from '@/lib/account/use-form';
import { type SignedIn, verify } from '@/lib/api/auth';
import { hasCode } from '@/lib/api/errors';

const INVALID =
  'It was used already, it is too old, or a part of it is missing. If you have confirmed your address before, sign in.';

export function Verify() {
  const { isRead, token } = useToken();
  const [isInvalid, setIsInvalid] = useState(false);
  const [wantsCode, setWantsCode] = useState(false);
  const form = useForm({ password: 'The password' });

  const proceed = async ({ state }: SignedIn) => {
    if (state === 'signed_in') await goOn();
    setWantsCode(state === 'second_factor_required');
    return state === 'signed_in';
  };

  const confirm = async ({ password }: { password: string }) => {
    try {
      return await proceed(await verify(token ?? '', password));
    } catch (error) {
      if (hasCode(error, 'link_invalid')) setIsInvalid(true);
      else if (hasCode(error, 'invalid_credentials', 'wrong_password'))
        form.refuse({ text: '', fields: { password: 'That is not the password that was chosen.' } });
      else throw error;
      return false;
    }
  };

  if (!isRead) return <LinkSkeleton />;
  if (!token || isInvalid)
    return <LinkInvalid text={INVALID} href="/account/register" action="Register again" />;
  if (wantsCode) return <CodeForm onProven={proceed} onBack={() => setWantsCode(false)} />;
  return (
    <form ref={form.ref} noValidate method="post" onSubmit={form.submit(confirm)} className="grid gap-5">
      <FormTrouble refusal={form.refusal} />
      <PasswordField label="Password that you chose" {...form.field('password')} />
      <BusyButton
        type="submit"
        isBusy={form.isBusy}
        busyLabel="Confirming …"
        className="button w-full sm:w-auto sm:justify-self-start sm:px-8"
      >
        Confirm and sign in
      </BusyButton>
    </form>
  );
}

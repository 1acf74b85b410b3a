'use client';
// A change of address, confirmed by the link of one of two mails. It waits for a click: a mail scanner that opens links
// and runs what it finds confirms nothing.
import { useState } from 'react';
import { FormTrouble } from '@/components/account/form-trouble';
import { LinkInvalid, LinkSkeleton } from '@/components/account/sign-in/link-invalid';
import { useToken } from '@/components/account/sign-in/use-token';
import { BusyButton } from '@/components/ui/busy-button';
import { useForm } from '@/lib/account/use-form';
import { confirmEmail, type EmailChangeState } from '@/lib/api/auth';
import { hasCode } from '@/lib/api/errors';

const INVALID =
  'It was used already, it is too old, the change was given up, or a part of the link is missing. You can ask for the change again.';

export function ConfirmEmail() {
  const { isRead, token } = useToken();
  const [isInvalid, setIsInvalid] = useState(false);
  const [state, setState] = useState<EmailChangeState | null>(null);
  const form = useForm({});

  const confirm = async () => {
    try {
      setState(await confirmEmail(token ?? ''));
    } catch (error) {
      if (!hasCode(error, 'link_invalid')) throw error;
      setIsInvalid(true);
    }
    return false;
  };

  if (!isRead) return <LinkSkeleton />;
  if (state) return <Confirmed state={state} />;
  if (!token || isInvalid) return <LinkInvalid text={INVALID} href="/account/security" action="Ask again" />;
  return (
    <form ref={form.ref} method="post" onSubmit={form.submit(confirm)} className="grid gap-5">
      <FormTrouble refusal={form.refusal} />
      <BusyButton
        type="submit"
        isBusy={form.isBusy}
        busyLabel="Confirming …"
        className="button w-full sm:w-auto sm:justify-self-start sm:px-8"
      >
        Confirm the change
      </BusyButton>
    </form>
  );
}

function Confirmed({ state }: { state: EmailChangeState }) {
  const isDone = state === 'changed';
  return (
    <div role="status">
      <h2 className="text-h2">{isDone ? 'Your address is changed' : 'One of two is done'}</h2>
      <p className="mt-4 text-muted">
        {isDone
          ? 'From now on you sign in with the new address, and mails go there.'
          : 'We also wrote to the other address. Open the link of that mail, and the change counts.'}
      </p>
      <p className="mt-6">
        <a href="/account" className="button">
          Go to your account
        </a>
      </p>
    </div>
  );
}

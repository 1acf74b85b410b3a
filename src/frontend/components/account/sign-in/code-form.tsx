'use client';
// The second step of signing in: six digits of the authenticator, or one of the codes kept for when it is gone.
import { useEffect, useRef, useState } from 'react';
import { FormTrouble } from '@/components/account/form-trouble';
import { BusyButton } from '@/components/ui/busy-button';
import { TextField } from '@/components/ui/field';
import { TextButton } from '@/components/ui/text-button';
import { useForm } from '@/lib/account/use-form';
import { proveSecondFactor, type SignedIn } from '@/lib/api/auth';
import { hasCode } from '@/lib/api/errors';

interface Props {
  onProven: (answer: SignedIn) => Promise<boolean>;
  onBack: (hasExpired: boolean) => void;
}

export function CodeForm({ onProven, onBack }: Props) {
  const [isRecovery, setIsRecovery] = useState(false);
  const form = useForm({ code: 'The code' });
  const { ref } = form;

  // biome-ignore lint/correctness/useExhaustiveDependencies: what is asked for has changed, so somebody goes on there.
  useEffect(() => ref.current?.querySelector('input')?.focus(), [isRecovery]);

  const prove = async ({ code }: { code: string }) => {
    try {
      return await onProven(await proveSecondFactor(code.trim()));
    } catch (error) {
      if (!hasCode(error, 'sign_in_expired', 'sign_in_required')) throw error;
      onBack(true);
      return false;
    }
  };

  return (
    <form ref={ref} noValidate method="post" onSubmit={form.submit(prove)} className="grid gap-5">
      <StepTitle />
      <FormTrouble refusal={form.refusal} />
      {isRecovery ? (
        <TextField
          key="recovery"
          label="Recovery code"
          autoComplete="off"
          maxLength={40}
          hint="Each of them works once."
          {...form.field('code')}
        />
      ) : (
        <TextField
          key="digits"
          label="Six digits of your authenticator"
          inputMode="numeric"
          autoComplete="one-time-code"
          maxLength={7}
          placeholder="123456"
          {...form.field('code')}
        />
      )}
      <div className="flex flex-wrap items-center gap-x-6 gap-y-3">
        <BusyButton
          type="submit"
          isBusy={form.isBusy}
          busyLabel="Checking …"
          className="button w-full sm:w-auto sm:px-8"
        >
          Confirm
        </BusyButton>
        <TextButton
          onClick={() => {
            form.set({ code: '' });
            setIsRecovery(!isRecovery);
          }}
        >
          {isRecovery ? 'Use the authenticator' : 'Use a recovery code'}
        </TextButton>
        <TextButton onClick={() => onBack(false)}>Back</TextButton>
      </div>
    </form>
  );
}

/** Read out when the step is reached. */
function StepTitle() {
  const heading = useRef<HTMLHeadingElement>(null);
  return (
    <div role="status">
      <h2 ref={heading} className="text-h3">
        One more step
      </h2>
      <p className="mt-1 text-small text-muted">Your password is right. This account also wants a code.</p>
    </div>
  );
}

'use client';
// The second factor: off, being set up, on; and the codes for when it is gone, shown once.
import { useState } from 'react';
import { PasswordProof } from '@/components/account/password-proof';
import { Enrolment } from '@/components/account/security/enrolment';
import { RecoveryCodes } from '@/components/account/security/recovery-codes';
import { Alert } from '@/components/ui/alert';
import { CheckIcon } from '@/components/ui/icons';
import { TextButton } from '@/components/ui/text-button';
import type { Account } from '@/lib/api/account';
import { beginTotp, removeTotp, renewRecoveryCodes, type TotpEnrolment } from '@/lib/api/security';

/** Fewer than these are worth a word. */
const FEW = 3;

type Step =
  | { kind: 'rest' }
  | { kind: 'proving'; what: 'set-up' | 'renew' | 'remove' }
  | { kind: 'enrolling'; enrolment: TotpEnrolment }
  | { kind: 'codes'; codes: string[] };

const REST: Step = { kind: 'rest' };

interface Props {
  account: Account;
  onChanged: () => void;
}

export function Authenticator({ account, onChanged }: Props) {
  const [step, setStep] = useState<Step>(REST);
  const rest = () => setStep(REST);

  const showCodes = (codes: string[]) => {
    setStep({ kind: 'codes', codes });
    onChanged();
  };
  if (step.kind === 'codes') return <RecoveryCodes codes={step.codes} email={account.email} onKept={rest} />;
  if (step.kind === 'enrolling')
    return <Enrolment enrolment={step.enrolment} onConfirmed={showCodes} onCancel={rest} />;
  if (step.kind === 'proving') {
    return (
      <Proof
        what={step.what}
        onEnrolled={(enrolment) => setStep({ kind: 'enrolling', enrolment })}
        onCodes={showCodes}
        onRemoved={() => {
          rest();
          onChanged();
        }}
        onCancel={rest}
      />
    );
  }
  return <Standing account={account} onChoose={(what) => setStep({ kind: 'proving', what })} />;
}

interface StandingProps {
  account: Account;
  onChoose: (what: 'set-up' | 'renew' | 'remove') => void;
}

function Standing({ account, onChoose }: StandingProps) {
  const { has_second_factor, recovery_codes_left: left, needs_second_factor } = account;
  if (!has_second_factor) {
    return (
      <div className="grid gap-4">
        {needs_second_factor ? (
          <Alert title="Your role wants it">
            What you may do for the shop waits until signing in wants a code.
          </Alert>
        ) : (
          <p className="text-small text-muted">It is off: your password alone signs you in.</p>
        )}
        <p>
          <button type="button" onClick={() => onChoose('set-up')} className="button">
            Set it up
          </button>
        </p>
      </div>
    );
  }
  return (
    <div className="grid gap-3 text-small">
      <p className="flex items-center gap-2.5 text-body font-[560]">
        <span className="grid size-5 place-items-center rounded-full bg-accent text-on-accent">
          <CheckIcon className="size-3" />
        </span>
        It is on
      </p>
      {left < FEW ? (
        <Alert
          title={
            left === 0
              ? 'No recovery code is left'
              : `${left} recovery code${left === 1 ? ' is' : 's are'} left`
          }
        >
          Without one, and without the authenticator, nobody can sign in here. Make new ones.
        </Alert>
      ) : (
        <p className="text-muted">{left} recovery codes are left, for when the authenticator is gone.</p>
      )}
      <p className="flex flex-wrap gap-x-6">
        <TextButton onClick={() => onChoose('renew')}>Make new recovery codes</TextButton>
        <TextButton onClick={() => onChoose('remove')}>Remove the authenticator</TextButton>
      </p>
    </div>
  );
}

interface ProofProps {
  what: 'set-up' | 'renew' | 'remove';
  onEnrolled: (enrolment: TotpEnrolment) => void;
  onCodes: (codes: string[]) => void;
  onRemoved: () => void;
  onCancel: () => void;
}

function Proof({ what, onEnrolled, onCodes, onRemoved, onCancel }: ProofProps) {
  const asked = {
    'set-up': {
      text: 'First your password, so that nobody else locks you out.',
      action: 'Go on',
      busyLabel: 'Preparing …',
      run: async (password: string) => onEnrolled(await beginTotp(password)),
    },
    renew: {
      text: 'Ten new codes are made. The old ones end.',
      action: 'Make new codes',
      busyLabel: 'Making …',
      run: async (password: string) => onCodes(await renewRecoveryCodes(password)),
    },
    remove: {
      text: 'Then your password alone signs you in again, and the recovery codes end.',
      action: 'Remove it',
      busyLabel: 'Removing …',
      run: async (password: string) => {
        await removeTotp(password);
        onRemoved();
      },
    },
  }[what];
  return (
    <PasswordProof action={asked.action} busyLabel={asked.busyLabel} onProven={asked.run} onCancel={onCancel}>
      <p className="text-small text-muted">{asked.text}</p>
    </PasswordProof>
  );
}

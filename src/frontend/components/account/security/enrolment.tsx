'use client';
// Setting up an authenticator: the code to scan, the same to type, and the proof that it works.
import { useEffect, useRef } from 'react';
import { FormTrouble } from '@/components/account/form-trouble';
import { BusyButton } from '@/components/ui/busy-button';
import { CopyButton } from '@/components/ui/copy-button';
import { TextField } from '@/components/ui/field';
import { qrCode } from '@/lib/account/qr';
import { useForm } from '@/lib/account/use-form';
import { confirmTotp, type TotpEnrolment } from '@/lib/api/security';

interface Props {
  enrolment: TotpEnrolment;
  onConfirmed: (recoveryCodes: string[]) => void;
  onCancel: () => void;
}

/** In fours, as people read such things. */
const inFours = (secret: string): string => secret.replaceAll(/(.{4})(?=.)/g, '$1 ');

export function Enrolment({ enrolment: { secret, url }, onConfirmed, onCancel }: Props) {
  const form = useForm({ code: 'The code' });
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);

  const confirm = async ({ code }: { code: string }) => {
    onConfirmed(await confirmTotp(code.replaceAll(/\s/g, '')));
    return false;
  };
  return (
    <form ref={form.ref} noValidate method="post" onSubmit={form.submit(confirm)} className="grid gap-5">
      <h3 ref={heading} tabIndex={-1} className="text-body font-[560] outline-none">
        Scan this with your authenticator
      </h3>
      <div className="flex flex-wrap items-start gap-x-6 gap-y-4">
        <Code url={url} />
        <div className="min-w-0 flex-1 basis-56 text-small">
          <p className="text-muted">On this very phone, or without a camera? Type this secret into it:</p>
          <p className="mt-2 font-mono break-words">{inFours(secret)}</p>
          <CopyButton text={secret}>Copy the secret</CopyButton>
          <p className="mt-2">
            <a href={url} className="quiet-link inline-flex min-h-8 items-center">
              Open it in an app here
            </a>
          </p>
        </div>
      </div>
      <FormTrouble refusal={form.refusal} />
      <TextField
        label="Six digits that it shows now"
        inputMode="numeric"
        autoComplete="one-time-code"
        placeholder="123456"
        maxLength={7}
        className="max-w-56"
        {...form.field('code')}
      />
      <div className="flex flex-wrap gap-3">
        <BusyButton type="submit" isBusy={form.isBusy} busyLabel="Checking …">
          Turn it on
        </BusyButton>
        <button type="button" onClick={onCancel} className="button button-plain">
          Cancel
        </button>
      </div>
    </form>
  );
}

function Code({ url }: { url: string }) {
  const { size, path } = qrCode(url);
  return (
    <svg
      role="img"
      aria-label="QR code for your authenticator; the secret stands beside it"
      viewBox={`0 0 ${size} ${size}`}
      shapeRendering="crispEdges"
      className="qr size-48 flex-none rounded-medium"
    >
      <path d={path} />
    </svg>
  );
}

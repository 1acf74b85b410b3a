'use client';
// Recovery codes, shown this once: to copy, to keep as a file, to write down.
import { useEffect, useRef } from 'react';
import { CopyButton } from '@/components/ui/copy-button';
import { TextButton } from '@/components/ui/text-button';
import { saveText } from '@/lib/account/save-text';

interface Props {
  codes: string[];
  email: string;
  onKept: () => void;
}

export function RecoveryCodes({ codes, email, onKept }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const save = () =>
    saveText(
      'recovery-codes.txt',
      `Recovery codes of ${email} at ${window.location.host}\nEach works once, in place of the authenticator's six digits.\n\n${codes.join('\n')}\n`,
    );
  return (
    <div className="grid gap-4">
      <div>
        <h3 ref={heading} tabIndex={-1} className="text-body font-[560] outline-none">
          Keep these recovery codes
        </h3>
        <p className="mt-1 text-small text-muted">
          Each signs you in once when the authenticator is gone. They are not shown again.
        </p>
      </div>
      <ul className="grid max-w-md grid-cols-2 gap-x-6 gap-y-1.5 rounded-medium bg-surface p-5 font-mono text-small">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <p className="flex flex-wrap gap-x-6">
        <TextButton onClick={save}>Save as a file</TextButton>
        <CopyButton text={codes.join('\n')}>Copy</CopyButton>
      </p>
      <p>
        <button type="button" onClick={onKept} className="button">
          I have kept them
        </button>
      </p>
    </div>
  );
}

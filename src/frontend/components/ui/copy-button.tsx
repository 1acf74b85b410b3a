'use client';
// Copies a text, and says that it did. Some browsers refuse: then the text is there to be selected.
import { type ReactNode, useState } from 'react';
import { TextButton } from '@/components/ui/text-button';

export function CopyButton({ text, children }: { text: string; children: ReactNode }) {
  const [said, setSaid] = useState('');

  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setSaid('Copied.');
    } catch {
      setSaid('This browser does not copy: select it instead.');
    }
  };

  return (
    <span className="inline-flex flex-wrap items-center gap-x-3">
      <TextButton onClick={() => void copy()}>{children}</TextButton>
      <span role="status" className="text-small text-muted">
        {said}
      </span>
    </span>
  );
}

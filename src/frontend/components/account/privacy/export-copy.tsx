'use client';
// A copy of everything: asked for, gathered, fetched.
import { useEffect, useState } from 'react';
import { LinesSkeleton, Own } from '@/components/account/own';
import { PasswordProof } from '@/components/account/password-proof';
import { useOwn } from '@/components/account/use-own';
import { TextButton } from '@/components/ui/text-button';
import { askForExport, EXPORT_FILE, type Export, readExport } from '@/lib/api/account';
import { formatMoment } from '@/lib/time';
import type { Loaded } from '@/lib/use-loaded';

/** How often it is asked how far a copy is. */
const PAUSE_MS = 1500;

/** `{ copy: null }` when none was asked for: `null` by itself means that it is not known yet. */
interface Known {
  copy: Export | null;
}

const isGone = ({ expires_at }: Export): boolean => expires_at !== null && new Date(expires_at) < new Date();

function usePolling({ data, error, retry }: Loaded<Known>): void {
  const isGathering = Boolean(data?.copy && data.copy.progress < 100);

  // biome-ignore lint/correctness/useExhaustiveDependencies: each answer, also a failed one, is followed by another question.
  useEffect(() => {
    if (!isGathering) return;
    const timer = setTimeout(retry, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [isGathering, data, error]);
}

export function useExport(): Loaded<Known> {
  const known = useOwn('export', async (signal) => ({ copy: await readExport(signal) }));
  usePolling(known);
  return known;
}

export function ExportCopy({ known }: { known: Loaded<Known> }) {
  return (
    <Own of={known} what="Your copy" skeleton={<LinesSkeleton />}>
      {({ copy }) => <Copy copy={copy} onAsked={(asked) => known.set({ copy: asked })} />}
    </Own>
  );
}

function Copy({ copy, onAsked }: { copy: Export | null; onAsked: (copy: Export) => void }) {
  const [isAsking, setIsAsking] = useState(false);
  if (isAsking) {
    return (
      <PasswordProof
        action="Ask for the copy"
        busyLabel="Asking …"
        onProven={async (password) => {
          onAsked(await askForExport(password));
          setIsAsking(false);
        }}
        onCancel={() => setIsAsking(false)}
      />
    );
  }
  if (copy && copy.progress < 100) return <Gathering copy={copy} />;
  if (copy && !isGone(copy)) return <Ready copy={copy} onAgain={() => setIsAsking(true)} />;
  return (
    <button type="button" onClick={() => setIsAsking(true)} className="button button-plain">
      Ask for a copy …
    </button>
  );
}

function Gathering({ copy: { progress } }: { copy: Export }) {
  return (
    <div className="max-w-md">
      <label htmlFor="export-progress" className="flex justify-between gap-4 text-small">
        <span>It is being gathered …</span>
        <span className="tabular-nums">{progress} %</span>
      </label>
      <progress id="export-progress" className="progress mt-2" value={progress} max={100}>
        {progress} %
      </progress>
      <p className="mt-2 text-small text-muted">You may leave this page and come back later.</p>
    </div>
  );
}

function Ready({ copy: { requested_at, expires_at }, onAgain }: { copy: Export; onAgain: () => void }) {
  return (
    <div className="grid gap-3" role="status">
      <p className="text-small">
        <span className="font-[560]">Your copy is ready.</span>{' '}
        <span className="text-muted">
          It is as of {formatMoment(requested_at)}
          {expires_at ? ` and kept until ${formatMoment(expires_at)}` : ''}.
        </span>
      </p>
      <p className="flex flex-wrap items-center gap-x-6 gap-y-3">
        <a href={EXPORT_FILE} download="my-data.json" className="button">
          Download it
        </a>
        <TextButton onClick={onAgain}>Ask for a newer one</TextButton>
      </p>
    </div>
  );
}

'use client';
// The tokens that programs sign in with: what there is, a new one shown once, and ending one.
import { useState } from 'react';
import { Confirm } from '@/components/account/confirm';
import { LinesSkeleton, Own } from '@/components/account/own';
import { NewToken } from '@/components/account/security/new-token';
import { Alert } from '@/components/ui/alert';
import { CopyButton } from '@/components/ui/copy-button';
import { TextButton } from '@/components/ui/text-button';
import { SCOPES } from '@/lib/account/scopes';
import { type ApiToken, type CreatedApiToken, revokeToken, type Scope } from '@/lib/api/security';
import { formatDay, formatMoment } from '@/lib/time';
import type { Loaded } from '@/lib/use-loaded';

interface Props {
  /** What the account may do, and let programs do. */
  offered: Scope[];
  tokens: Loaded<ApiToken[]>;
}

export function Tokens({ offered, tokens }: Props) {
  const [isOpen, setIsOpen] = useState(false);
  const [created, setCreated] = useState<CreatedApiToken | null>(null);

  const made = (token: CreatedApiToken) => {
    setCreated(token);
    setIsOpen(false);
    tokens.retry();
  };
  return (
    <div className="grid gap-5">
      {created ? <Shown token={created} onKept={() => setCreated(null)} /> : null}
      <Own of={tokens} what="Your tokens" skeleton={<LinesSkeleton />}>
        {(items) => <TokenList items={items} onChanged={tokens.retry} />}
      </Own>
      {isOpen ? (
        <NewToken offered={offered} onMade={made} onCancel={() => setIsOpen(false)} />
      ) : (
        <p>
          <button type="button" onClick={() => setIsOpen(true)} className="button button-plain">
            Make a token
          </button>
        </p>
      )}
    </div>
  );
}

function Shown({ token: { token, details }, onKept }: { token: CreatedApiToken; onKept: () => void }) {
  return (
    <Alert title={`The token for ${details.name}`}>
      <p>It is shown this once. A program sends it as “Authorization: Bearer …”.</p>
      <p className="mt-2 font-mono break-all select-all">{token}</p>
      <p className="mt-1 flex flex-wrap gap-x-6">
        <CopyButton text={token}>Copy</CopyButton>
        <TextButton onClick={onKept}>I have kept it</TextButton>
      </p>
    </Alert>
  );
}

function TokenList({ items, onChanged }: { items: ApiToken[]; onChanged: () => void }) {
  if (items.length === 0) return <p className="text-small text-muted">There are none.</p>;
  return (
    <ul className="divide-y divide-line border-y border-line text-small">
      {items.map((token) => (
        <li key={token.id} className="flex items-start justify-between gap-4 py-3.5">
          <div className="min-w-0">
            <p className="font-[560]">{token.name}</p>
            <p className="text-muted">{token.scopes.map((scope) => SCOPES[scope]).join('; ')}</p>
            <p className="text-muted">
              {new Date(token.expires_at) < new Date() ? 'Ended' : 'Ends'} on {formatDay(token.expires_at)},{' '}
              {token.last_used_at ? `last used ${formatMoment(token.last_used_at)}` : 'never used'}
            </p>
          </div>
          <div className="-mt-1.5 flex-none">
            <Confirm
              label={
                <>
                  Revoke<span className="sr-only"> {token.name}</span>
                </>
              }
              title={`Revoke the token for ${token.name}?`}
              text="Whatever uses it stops working at once."
              action="Revoke it"
              busyLabel="Revoking …"
              onConfirm={async () => {
                await revokeToken(token.id);
                onChanged();
              }}
            />
          </div>
        </li>
      ))}
    </ul>
  );
}

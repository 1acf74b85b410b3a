'use client';
// The browsers that are signed in, each of which can be signed out from here.
import { useAction } from '@/components/account/use-action';
import { TextButton } from '@/components/ui/text-button';
import { deviceName } from '@/lib/account/device';
import { endOtherSessions, endSession, type Session } from '@/lib/api/security';
import { formatMoment } from '@/lib/time';

interface Props {
  items: Session[];
  onChanged: () => void;
}

export function Sessions({ items, onChanged }: Props) {
  const { isBusy, trouble, act } = useAction();
  const end = (task: () => Promise<unknown>) => () =>
    act(async () => {
      await task();
      onChanged();
    });
  const others = items.filter(({ current }) => !current);
  return (
    <div className="grid gap-4">
      <ul className="divide-y divide-line border-y border-line text-small">
        {items.map((session) => (
          <li key={session.id} className="flex items-start justify-between gap-4 py-3.5">
            <SessionText session={session} />
            {session.current ? (
              <p className="detail mt-1 flex-none text-accent">this browser</p>
            ) : (
              <p className="-mt-1.5 flex-none">
                <TextButton onClick={end(() => endSession(session.id))}>
                  End<span className="sr-only"> {deviceName(session.user_agent)}</span>
                </TextButton>
              </p>
            )}
          </li>
        ))}
      </ul>
      {trouble ? (
        <p role="alert" className="text-small text-alarm">
          {trouble}
        </p>
      ) : null}
      {others.length > 0 ? (
        <p>
          <button
            type="button"
            aria-disabled={isBusy || undefined}
            onClick={end(endOtherSessions)}
            className="button button-plain"
          >
            Sign out everywhere else
          </button>
        </p>
      ) : null}
    </div>
  );
}

function SessionText({
  session: { user_agent, client_address, last_used_at, created_at },
}: {
  session: Session;
}) {
  return (
    <div className="min-w-0">
      <p className="font-[560]" title={user_agent ?? undefined}>
        {deviceName(user_agent)}
      </p>
      <p className="text-muted">
        Last used <time dateTime={last_used_at}>{formatMoment(last_used_at)}</time>
        {client_address ? `, from ${client_address}` : ''}
      </p>
      <p className="text-muted">
        Signed in on <time dateTime={created_at}>{formatMoment(created_at)}</time>
      </p>
    </div>
  );
}

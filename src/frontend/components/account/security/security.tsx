'use client';
// Everything about how an account is opened, and by whom.
import { areAnswered, LinesSkeleton, Own, PanelsSkeleton, Waiting } from '@/components/account/own';
import { Panel } from '@/components/account/panel';
import { Authenticator } from '@/components/account/security/authenticator';
import { ChangeEmail } from '@/components/account/security/change-email';
import { ChangePassword } from '@/components/account/security/change-password';
import { Sessions } from '@/components/account/security/sessions';
import { Tokens } from '@/components/account/security/tokens';
import { useOwn } from '@/components/account/use-own';
import { readAccount } from '@/lib/api/account';
import { listSessions, listTokens } from '@/lib/api/security';

export function Security() {
  const account = useOwn('account', readAccount);
  const sessions = useOwn('sessions', listSessions);
  const tokens = useOwn('tokens', listTokens);
  const waiting = <LinesSkeleton />;
  if (!areAnswered(account, sessions, tokens)) {
    return (
      <Waiting>
        <PanelsSkeleton />
      </Waiting>
    );
  }
  return (
    <div>
      <Panel id="password" title="Password" about="A new one signs you out everywhere else.">
        <ChangePassword email={account.data?.email ?? ''} onChanged={sessions.retry} />
      </Panel>
      <Panel id="email" title="E-mail" about="What you sign in with, and where mails about your orders go.">
        <Own of={account} what="Your address" skeleton={waiting}>
          {(known) => <ChangeEmail account={known} onChanged={account.retry} />}
        </Own>
      </Panel>
      <Panel
        id="authenticator"
        title="Authenticator"
        about="An app that shows six digits, which signing in then wants besides the password."
      >
        <Own of={account} what="Your authenticator" skeleton={waiting}>
          {(known) => (
            <Authenticator
              account={known}
              onChanged={() => {
                account.retry();
                sessions.retry();
              }}
            />
          )}
        </Own>
      </Panel>
      <Panel
        id="sessions"
        title="Where you are signed in"
        about="Do you see one that is not yours? End it, and set a new password."
      >
        <Own of={sessions} what="Where you are signed in" skeleton={waiting}>
          {(items) => <Sessions items={items} onChanged={sessions.retry} />}
        </Own>
      </Panel>
      <Panel
        id="tokens"
        title="API tokens"
        about="What a program of yours signs in with. It may do what you tick, and never more than you."
      >
        <Own of={account} what="Your tokens" skeleton={waiting}>
          {({ scopes }) => <Tokens offered={scopes} tokens={tokens} />}
        </Own>
      </Panel>
    </div>
  );
}

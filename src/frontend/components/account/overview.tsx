'use client';
// The first page of an account: who is greeted, what was ordered last, and where everything is.
import { type ReactNode, useState } from 'react';
import { ChangeName } from '@/components/account/change-name';
import { OrderList } from '@/components/account/orders/order-list';
import { OrdersEmpty, OrdersSkeleton } from '@/components/account/orders/order-states';
import { areAnswered, LinesSkeleton, Own, Waiting } from '@/components/account/own';
import { useOwn } from '@/components/account/use-own';
import { Alert } from '@/components/ui/alert';
import { ArrowIcon } from '@/components/ui/icons';
import { TextButton } from '@/components/ui/text-button';
import { type Account, listOrders, readAccount } from '@/lib/api/account';
import { formatDay } from '@/lib/time';

const LAST = 3;

export function Overview() {
  const account = useOwn('account', readAccount);
  const orders = useOwn('orders', () => listOrders());
  if (!areAnswered(account, orders)) {
    return (
      <Waiting>
        <GreetingSkeleton />
        <OrdersSkeleton count={LAST} />
      </Waiting>
    );
  }
  return (
    <div className="grid gap-10 lg:gap-12">
      <Own of={account} what="Your account" skeleton={null}>
        {(known) => <Greeting account={known} onChange={account.set} />}
      </Own>
      <Part title="Last orders" more={orders.data?.items.length ? '/account/orders' : null}>
        <Own of={orders} what="Your orders" skeleton={null}>
          {({ items }) =>
            items.length === 0 ? <OrdersEmpty /> : <OrderList heading="h3" orders={items.slice(0, LAST)} />
          }
        </Own>
      </Part>
      <Part title="Everything else" more={null}>
        <Ways />
      </Part>
    </div>
  );
}

interface GreetingProps {
  account: Account;
  onChange: (account: Account) => void;
}

function Greeting({ account, onChange }: GreetingProps) {
  const [isChanging, setIsChanging] = useState(false);
  const { name, email, created_at, needs_second_factor, new_email } = account;
  return (
    <div className="grid gap-6">
      <div>
        <p className="text-h2 font-[560]">{name ? `Hello, ${name}.` : 'Hello.'}</p>
        <p className="mt-1.5 text-small text-muted">
          <span className="wrap-anywhere">{email}</span>
          <span className="max-sm:hidden"> · </span>
          <span className="max-sm:block">with us since {formatDay(created_at)}</span>
        </p>
        {isChanging ? null : (
          <TextButton onClick={() => setIsChanging(true)}>
            {name ? 'Change your name' : 'Tell us your name'}
          </TextButton>
        )}
      </div>
      {isChanging ? (
        <ChangeName
          name={name}
          onDone={(changed) => {
            if (changed) onChange(changed);
            setIsChanging(false);
          }}
        />
      ) : null}
      {needs_second_factor ? (
        <Notice title="Your role wants a second factor" action="Set up an authenticator">
          What you may do for the shop waits until signing in wants a code, too.
        </Notice>
      ) : null}
      {new_email ? (
        <Notice title="Your new address is not confirmed yet" action="See how it stands">
          The links of two mails have to be opened, at {email} and at {new_email}.
        </Notice>
      ) : null}
    </div>
  );
}

function Notice({ title, action, children }: { title: string; action: string; children: ReactNode }) {
  return (
    <Alert title={title}>
      <p>{children}</p>
      <a href="/account/security" className="quiet-link inline-flex min-h-8 items-center">
        {action}
      </a>
    </Alert>
  );
}

function GreetingSkeleton() {
  return (
    <div className="mb-12">
      <div className="skeleton mb-4 h-8 w-56" />
      <LinesSkeleton count={2} />
    </div>
  );
}

interface PartProps {
  title: string;
  more: string | null;
  children: ReactNode;
}

function Part({ title, more, children }: PartProps) {
  return (
    <section aria-label={title}>
      <div className="mb-4 flex items-baseline justify-between gap-4">
        <h2 className="text-h3">{title}</h2>
        {more ? (
          <a
            href={more}
            className="group inline-flex min-h-8 items-center gap-2 text-small hover:text-accent"
          >
            All of them
            <ArrowIcon className="size-3.5 transition-transform group-hover:translate-x-0.5" />
          </a>
        ) : null}
      </div>
      {children}
    </section>
  );
}

const WAYS = [
  { href: '/account/addresses', name: 'Addresses', text: 'Where parcels and bills go, ready at checkout.' },
  {
    href: '/account/security',
    name: 'Security',
    text: 'Password, e-mail, authenticator, where you are signed in.',
  },
  {
    href: '/account/privacy',
    name: 'Your data',
    text: 'A copy of all that we know of you, or the end of it.',
  },
];

function Ways() {
  return (
    <ul className="grid gap-3 sm:grid-cols-3">
      {WAYS.map(({ href, name, text }) => (
        <li key={href}>
          <a
            href={href}
            className="group block h-full rounded-medium bg-surface p-5 hover:text-accent focus-visible:rounded-medium"
          >
            <span className="flex items-center justify-between gap-3 font-[560]">
              {name}
              <ArrowIcon className="size-3.5 transition-transform group-hover:translate-x-0.5" />
            </span>
            <span className="mt-1 block text-small text-muted">{text}</span>
          </a>
        </li>
      ))}
    </ul>
  );
}

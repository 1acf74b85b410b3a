'use client';
// The end of an account, after saying what goes, what stays, and asking for the password.
import { type ReactNode, useState } from 'react';
import { PasswordProof } from '@/components/account/password-proof';
import { Checkbox } from '@/components/ui/checkbox';
import { Modal } from '@/components/ui/modal';
import { forgetPerson } from '@/lib/account/session';
import { eraseAccount } from '@/lib/api/account';

interface Props {
  email: string;
  onErased: () => void;
}

export function Erase({ email, onErased }: Props) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      <div className="grid gap-6 text-small sm:grid-cols-2">
        <Part title="What goes">
          <li>Your name and your addresses</li>
          <li>Your e-mail, your password, your authenticator</li>
          <li>Your cart, your sessions, your API tokens</li>
        </Part>
        <Part title="What stays">
          <li>What book-keeping law wants of your orders: what was sold, when and for how much</li>
          <li>Without your name: nobody can tell that it was you</li>
        </Part>
      </div>
      <p className="mt-6">
        <button type="button" onClick={() => setIsOpen(true)} className="button button-plain">
          Erase the account …
        </button>
      </p>
      <Modal isOpen={isOpen} onClose={() => setIsOpen(false)} labelledBy="erase-title" className="dialog">
        <Last
          email={email}
          onErased={() => {
            setIsOpen(false);
            onErased();
          }}
          onCancel={() => setIsOpen(false)}
        />
      </Modal>
    </>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div>
      <h3 className="detail mb-2 text-muted">{title}</h3>
      <ul className="grid list-outside list-disc gap-1 pl-4 marker:text-accent">{children}</ul>
    </div>
  );
}

function Last({ email, onErased, onCancel }: Props & { onCancel: () => void }) {
  const [isSure, setIsSure] = useState(false);
  const [isReminded, setIsReminded] = useState(false);

  const erase = async (password: string) => {
    if (!isSure) return setIsReminded(true);
    await eraseAccount(password);
    await forgetPerson();
    onErased();
  };
  return (
    <>
      <h2 id="erase-title" className="mb-3 text-h3">
        Erase this account?
      </h2>
      <PasswordProof action="Erase it for good" busyLabel="Erasing …" onProven={erase} onCancel={onCancel}>
        <p className="text-small text-muted">
          {email} cannot sign in any more from this moment on. Orders that are on their way still arrive.
        </p>
        <Checkbox
          checked={isSure}
          onChange={(sure) => {
            setIsSure(sure);
            setIsReminded(false);
          }}
        >
          I know that this cannot be undone.
        </Checkbox>
        {isReminded ? (
          <p role="alert" className="text-small text-alarm">
            Tick the box first: there is no way back.
          </p>
        ) : null}
      </PasswordProof>
    </>
  );
}

'use client';
// A small action that asks once more before it is done.
import { type ReactNode, useId, useState } from 'react';
import { useAction } from '@/components/account/use-action';
import { BusyButton } from '@/components/ui/busy-button';
import { Modal } from '@/components/ui/modal';
import { TextButton } from '@/components/ui/text-button';

interface Props {
  /** What the small action says. */
  label: ReactNode;
  title: string;
  text: string;
  action: string;
  busyLabel: string;
  onConfirm: () => Promise<void>;
}

export function Confirm({ label, title, text, action, busyLabel, onConfirm }: Props) {
  const id = useId();
  const [isOpen, setIsOpen] = useState(false);
  const { isBusy, trouble, act } = useAction();

  const confirm = () =>
    act(async () => {
      await onConfirm();
      setIsOpen(false);
    });

  return (
    <>
      <TextButton onClick={() => setIsOpen(true)}>{label}</TextButton>
      <Modal isOpen={isOpen} onClose={() => setIsOpen(false)} labelledBy={id} className="dialog">
        <h2 id={id} className="text-h3">
          {title}
        </h2>
        <p className="mt-3 text-small text-muted">{text}</p>
        {trouble ? (
          <p role="alert" className="mt-3 text-small text-alarm">
            {trouble}
          </p>
        ) : null}
        <div className="mt-6 flex flex-wrap gap-3">
          <BusyButton isBusy={isBusy} busyLabel={busyLabel} onClick={confirm}>
            {action}
          </BusyButton>
          <button type="button" onClick={() => setIsOpen(false)} className="button button-plain">
            Keep it
          </button>
        </div>
      </Modal>
    </>
  );
}

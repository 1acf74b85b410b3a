'use client';
// A native modal dialog: the browser keeps focus inside, closes it with Escape, and gives focus back.
import { type ReactNode, useEffect, useRef } from 'react';

interface Props {
  isOpen: boolean;
  onClose: () => void;
  /** The id of its heading. */
  labelledBy: string;
  className: string;
  children: ReactNode;
}

export function Modal({ isOpen, onClose, labelledBy, className, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);

  useEffect(() => {
    if (isOpen && !dialog.current?.open) dialog.current?.showModal();
    if (!isOpen) dialog.current?.close();
  }, [isOpen]);

  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keyboard's way out is Escape, which the browser has already.
    <dialog
      ref={dialog}
      aria-labelledby={labelledBy}
      onClose={onClose}
      // A click on the dialog itself, and on nothing in it, is a click beside it.
      onClick={({ target }) => target === dialog.current && dialog.current?.close()}
      className={className}
    >
      {isOpen ? children : null}
    </dialog>
  );
}

// Something that a shopper should know before going on, with what can be done about it.
import type { ReactNode, Ref } from 'react';

interface Props {
  /** `trouble` is read out at once, a `note` when there is a pause. */
  tone?: 'note' | 'trouble';
  title?: string;
  ref?: Ref<HTMLDivElement>;
  children?: ReactNode;
}

const LOOK = {
  note: 'border-accent',
  trouble: 'border-alarm',
};

export function Alert({ tone = 'note', title, ref, children }: Props) {
  return (
    <div
      ref={ref}
      tabIndex={ref ? -1 : undefined}
      role={tone === 'trouble' ? 'alert' : 'status'}
      className={`rounded-small border-l-3 bg-surface px-4 py-3 text-small ${LOOK[tone]}`}
    >
      {title ? <p className="font-[560]">{title}</p> : null}
      {children}
    </div>
  );
}

'use client';
// The way through the checkout: stations on a line, those behind can be gone back to.
import { CheckIcon } from '@/components/ui/icons';
import { goTo, STEPS, type Step, stepPath } from '@/lib/checkout/steps';
import { isPlainClick } from '@/lib/clicks';

const NAMES: Record<Step, string> = { address: 'Address', delivery: 'Delivery', payment: 'Payment' };

export function StepNav({ current, reachable }: { current: Step; reachable: readonly Step[] }) {
  const now = STEPS.indexOf(current);
  return (
    <nav aria-label="Steps of the checkout">
      <ol className="flex items-center gap-2 text-small sm:gap-3">
        {STEPS.map((step, index) => (
          <li key={step} className="flex items-center gap-2 not-last:flex-1 sm:gap-3">
            <StepLink
              step={step}
              isDone={index < now}
              isCurrent={index === now}
              isReachable={reachable.includes(step)}
            />
            {index < STEPS.length - 1 ? (
              <span aria-hidden="true" className={`h-px flex-1 ${index < now ? 'bg-accent' : 'bg-line'}`} />
            ) : null}
          </li>
        ))}
      </ol>
    </nav>
  );
}

interface LinkProps {
  step: Step;
  isDone: boolean;
  isCurrent: boolean;
  isReachable: boolean;
}

function StepLink({ step, isDone, isCurrent, isReachable }: LinkProps) {
  const station = isDone
    ? 'border-accent bg-accent text-on-accent'
    : isCurrent
      ? 'border-accent'
      : 'border-edge';
  const label = (
    <>
      <span
        aria-hidden="true"
        className={`grid size-4.5 place-items-center rounded-full border-2 ${station}`}
      >
        {isDone ? <CheckIcon className="size-2.5" /> : null}
      </span>
      {NAMES[step]}
      {isDone ? <span className="sr-only"> (done)</span> : null}
    </>
  );
  const shape = 'inline-flex min-h-11 items-center gap-2';
  if (isCurrent) {
    return (
      <span aria-current="step" className={`${shape} font-[560]`}>
        {label}
      </span>
    );
  }
  if (!isReachable) return <span className={`${shape} text-muted`}>{label}</span>;
  return (
    <a
      href={stepPath(step)}
      onClick={(event) => {
        if (!isPlainClick(event)) return;
        event.preventDefault();
        goTo(step);
      }}
      className={`${shape} underline-offset-4 hover:underline`}
    >
      {label}
    </a>
  );
}

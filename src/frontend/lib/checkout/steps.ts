// The steps of the checkout. They live in the address, so that "back" goes a step back and a reload stays.
import { useSyncExternalStore } from 'react';

export const STEPS = ['address', 'delivery', 'payment'] as const;
export type Step = (typeof STEPS)[number];

const MOVED = 'checkout-step';

export const stepPath = (step: Step): string => (step === 'address' ? '/checkout' : `/checkout?step=${step}`);

function currentStep(): Step {
  const named = new URLSearchParams(window.location.search).get('step');
  return STEPS.find((step) => step === named) ?? 'address';
}

export function goTo(step: Step, how: 'push' | 'replace' = 'push'): void {
  if (currentStep() === step) return;
  if (how === 'push') window.history.pushState(null, '', stepPath(step));
  else window.history.replaceState(null, '', stepPath(step));
  window.dispatchEvent(new Event(MOVED));
}

function subscribe(listener: () => void): () => void {
  window.addEventListener('popstate', listener);
  window.addEventListener(MOVED, listener);
  return () => {
    window.removeEventListener('popstate', listener);
    window.removeEventListener(MOVED, listener);
  };
}

export const useStep = (): Step => useSyncExternalStore(subscribe, currentStep, () => 'address');

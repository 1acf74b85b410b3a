'use client';
// Lets a list follow its filters at once: submits the form when something changes, then brings focus back to it and
// says how many products are left. On a phone several filters are chosen before they are applied.
import { useEffect, useState } from 'react';

const WIDE = '(min-width: 64rem)';
const REMEMBERED = 'filters-focus';

interface Props {
  form: string;
  /** What is said after a change, `12 products`. */
  announcement: string;
}

/** A control as it is found again after the page has been loaded anew. */
const keyOf = (control: HTMLInputElement | HTMLSelectElement): string =>
  control instanceof HTMLInputElement && control.type !== 'text'
    ? `${control.name}=${control.value}`
    : control.name;

function isControl(element: unknown): element is HTMLInputElement | HTMLSelectElement {
  return element instanceof HTMLInputElement || element instanceof HTMLSelectElement;
}

/** Returns true when this page is the answer to a change made on the page before. */
function restoreFocus(form: HTMLFormElement): boolean {
  const remembered = sessionStorage.getItem(REMEMBERED);
  sessionStorage.removeItem(REMEMBERED);
  if (remembered === null) return false;
  const control = [...form.elements].filter(isControl).find((element) => keyOf(element) === remembered);
  control?.closest('fieldset details')?.setAttribute('open', '');
  // Whoever went on meanwhile, such as from one price to the other, stays there.
  if (document.activeElement === document.body) control?.focus({ preventScroll: control.name === 'sort' });
  return true;
}

/** True for what a visitor has changed since the document came. */
function isChanged(control: HTMLInputElement | HTMLSelectElement): boolean {
  if (control instanceof HTMLSelectElement) {
    const initial = [...control.options].findIndex(({ defaultSelected }) => defaultSelected);
    return initial >= 0 && control.selectedIndex !== initial;
  }
  return control.checked !== control.defaultChecked;
}

function follow(form: HTMLFormElement, signal: AbortSignal) {
  // On the document, because the order stands outside the form that it belongs to.
  document.addEventListener(
    'change',
    ({ target }) => {
      if (!isControl(target) || target.form !== form) return;
      if (target.name !== 'sort' && !window.matchMedia(WIDE).matches) return;
      if (!form.checkValidity()) return;
      sessionStorage.setItem(REMEMBERED, keyOf(target));
      form.requestSubmit();
    },
    { signal },
  );
  let isLeaving = false;
  form.addEventListener(
    'submit',
    (event) => {
      // Enter in a price field both changes it and submits: the second of the two would only load the page twice.
      if (isLeaving) event.preventDefault();
      isLeaving = true;
      setTimeout(() => {
        isLeaving = false;
      }, 0);
    },
    { signal },
  );
  form.addEventListener(
    'formdata',
    ({ formData }) => {
      // Fields without a value would only make the address longer.
      for (const [name, value] of [...formData]) if (value === '') formData.delete(name);
    },
    { signal },
  );
  // A page that comes back from the browser's memory still has the ticks of the moment when it was left.
  window.addEventListener('pageshow', ({ persisted }) => persisted && form.reset(), { signal });
}

export function AutoSubmit({ form: id, announcement }: Props) {
  const [said, setSaid] = useState('');

  useEffect(() => {
    const form = document.getElementById(id);
    if (!(form instanceof HTMLFormElement)) return;
    const listeners = new AbortController();
    if (restoreFocus(form)) setSaid(announcement);
    follow(form, listeners.signal);
    // A tick made before this script arrived counts as well.
    const early = [...form.elements].filter(isControl).find(isChanged);
    early?.dispatchEvent(new Event('change', { bubbles: true }));
    return () => listeners.abort();
  }, [id, announcement]);

  return (
    <p role="status" className="sr-only">
      {said}
    </p>
  );
}

// A form whose fields the API may refuse: what was typed, what is wrong with it, and sending it once at a time.
import { type RefObject, type SubmitEvent, useEffect, useRef, useState } from 'react';
import { NO_REFUSAL, type Refusal, refusalOf } from '@/lib/account/refusal';
import { leadsToSignIn } from '@/lib/account/session';
import { useOnce } from '@/lib/use-once';

interface Options<Name extends string> {
  initial?: Partial<Record<Name, string>>;
  optional?: readonly Name[];
  /** The field with the password that the account has already. */
  proof?: Name;
}

export interface Form<Name extends string> {
  ref: RefObject<HTMLFormElement | null>;
  isBusy: boolean;
  refusal: Refusal;
  values: Record<Name, string>;
  set: (values: Partial<Record<Name, string>>) => void;
  refuse: (refusal: Refusal) => void;
  field: (name: Name) => {
    name: Name;
    value: string;
    onChange: (value: string) => void;
    error: string | undefined;
  };
  /** What to do with a form that is complete; stays busy when that answers that it leads away from the page. */
  submit: (send: (values: Record<Name, string>) => Promise<boolean>) => (event: SubmitEvent) => void;
}

/** `labels` name each field as the beginning of a sentence: `The password`. */
export function useForm<Name extends string>(
  labels: Readonly<Record<Name, string>>,
  { initial, optional = [], proof }: Options<NoInfer<Name>> = {},
): Form<Name> {
  const names = Object.keys(labels) as Name[];
  const blank = Object.fromEntries(names.map((name) => [name, ''])) as Record<Name, string>;
  const ref = useRef<HTMLFormElement>(null);
  const [values, setValues] = useState<Record<Name, string>>({ ...blank, ...initial });
  const [refusal, setRefusal] = useState(NO_REFUSAL);
  const [attempt, setAttempt] = useState(0);

  const refuse = (next: Refusal) => {
    setRefusal(next);
    setAttempt((before) => before + 1);
  };
  const { isBusy, once } = useOnce((error) => {
    if (!leadsToSignIn(error)) refuse(refusalOf(error, labels, proof ?? 'password'));
  });

  useEffect(() => {
    // The first field that was refused is where somebody goes on.
    if (attempt > 0) ref.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [attempt]);

  const change = (name: Name) => (value: string) => {
    setValues((before) => ({ ...before, [name]: value }));
    // What is being put right is not complained about any more.
    setRefusal((before) => {
      if (before.fields[name] === undefined) return before;
      const { [name]: _, ...fields } = before.fields;
      return { ...before, fields };
    });
  };

  const submit = (send: (values: Record<Name, string>) => Promise<boolean>) => (event: SubmitEvent) => {
    event.preventDefault();
    const missing = names.filter((name) => !optional.includes(name) && values[name].trim() === '');
    if (missing.length > 0) {
      const fields = Object.fromEntries(missing.map((name) => [name, `${labels[name]} is missing.`]));
      return refuse({ text: '', fields });
    }
    void once(() => {
      setRefusal(NO_REFUSAL);
      return send(values);
    });
  };

  return {
    ref,
    isBusy,
    refusal,
    values,
    set: (next) => setValues((before) => ({ ...before, ...next })),
    refuse,
    field: (name) => ({
      name,
      value: values[name],
      onChange: change(name),
      error: refusal.fields[name],
    }),
    submit,
  };
}

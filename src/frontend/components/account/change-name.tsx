'use client';
// How the store addresses somebody.
import { FormTrouble } from '@/components/account/form-trouble';
import { BusyButton } from '@/components/ui/busy-button';
import { TextField } from '@/components/ui/field';
import { useForm } from '@/lib/account/use-form';
import { type Account, changeName } from '@/lib/api/account';

interface Props {
  name: string;
  /** `null` when it stays as it was. */
  onDone: (account: Account | null) => void;
}

export function ChangeName({ name, onDone }: Props) {
  const form = useForm({ name: 'The name' }, { initial: { name }, optional: ['name'] });
  const save = async (typed: { name: string }) => {
    onDone(await changeName(typed.name.trim()));
    return false;
  };
  return (
    <form
      ref={form.ref}
      noValidate
      method="post"
      onSubmit={form.submit(save)}
      className="grid max-w-md gap-4"
    >
      <FormTrouble refusal={form.refusal} />
      <TextField label="Name" isOptional autoComplete="name" maxLength={100} {...form.field('name')} />
      <div className="flex flex-wrap gap-3">
        <BusyButton type="submit" isBusy={form.isBusy} busyLabel="Saving …">
          Save
        </BusyButton>
        <button type="button" onClick={() => onDone(null)} className="button button-plain">
          Keep it
        </button>
      </div>
    </form>
  );
}

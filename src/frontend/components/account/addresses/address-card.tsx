'use client';
// An address of the book, what it is used for, and what can be done with it.
'use client';
import { Confirm } from '@/components/account/confirm';
// An address of the book, what it is used for, and what can be done with it.
import { useAction } from '@/components/account/use-action';
import { AddressText } from '@/components/order/address-text';
import { TextButton } from '@/components/ui/text-button';
import { changeAddress, removeAddress, type SaveAddress, type SavedAddress } from '@/lib/api/account';
import type { Country } from '@/lib/api/countries';

interface Props {
  saved: SavedAddress;
  countries: Country[];
  onEdit: () => void;
  onChanged: () => void;
}

export function AddressCard({ saved, countries, onEdit, onChanged }: Props) {
  const { id, address, default_shipping, default_billing } = saved;
  const { trouble, act } = useAction();
  const whose = `${address.name}, ${address.line1}`;

  const use = (how: Partial<SaveAddress>) => () =>
    act(async () => {
      await changeAddress(id, { address, default_shipping, default_billing, ...how });
      onChanged();
    });

  const uses = [default_shipping ? 'Parcels go here' : '', default_billing ? 'Bills go here' : ''];
  return (
    <article aria-label={whose} className="flex h-full flex-col rounded-medium bg-surface p-5 text-small">
      <p className="detail mb-3 min-h-[1lh] text-accent max-md:empty:hidden">
        {uses.filter(Boolean).join(' · ')}
      </p>
      <AddressText address={address} countries={countries} />
      {address.phone ? <p className="text-muted">{address.phone}</p> : null}
      {trouble ? (
        <p role="alert" className="mt-2 text-alarm">
          {trouble}
        </p>
      ) : null}
      <div className="mt-auto flex flex-wrap gap-x-5 gap-y-1 pt-4">
        <TextButton onClick={onEdit}>
          Edit<span className="sr-only"> {whose}</span>
        </TextButton>
        <Confirm
          label={
            <>
              Delete<span className="sr-only"> {whose}</span>
            </>
          }
          title="Delete this address?"
          text={`${whose} leaves your address book. Orders that went there keep it.`}
          action="Delete it"
          busyLabel="Deleting …"
          onConfirm={async () => {
            await removeAddress(id);
            onChanged();
          }}
        />
        {default_shipping ? null : (
          <TextButton onClick={use({ default_shipping: true })}>
            Send parcels here<span className="sr-only">: {whose}</span>
          </TextButton>
        )}
        {default_billing ? null : (
          <TextButton onClick={use({ default_billing: true })}>
            Send bills here<span className="sr-only">: {whose}</span>
          </TextButton>
        )}
      </div>
    </article>
  );
}

// Who the other side of a contract is, as the store's settings say.
import type { Store } from '@/lib/api/store';

export function Seller({ store }: { store: Store }) {
  return (
    <>
      <address className="whitespace-pre-line not-italic">{`${store.legal_name}\n${store.legal_address}`}</address>
      <p>
        <a href={`mailto:${store.contact_email}`}>{store.contact_email}</a>
      </p>
    </>
  );
}

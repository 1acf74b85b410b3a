// Who the other side of a contract is, as the store's settings say; what they do not say is left out.
import type { Store } from '@/lib/api/store';

export function Seller({ store }: { store: Store }) {
  const lines = [store.legal_name ?? store.name, store.legal_address].filter((line) => line);
  return (
    <>
      <address className="whitespace-pre-line not-italic">{lines.join('\n')}</address>
      {store.contact_email ? (
        <p>
          <a href={`mailto:${store.contact_email}`} className="quiet-link inline-flex min-h-8 items-center">
            {store.contact_email}
          </a>
        </p>
      ) : null}
    </>
  );
}

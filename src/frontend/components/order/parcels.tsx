// What has left of an order, parcel by parcel, and where each can be followed.
import type { Fulfilment, Order, OrderLine } from '@/lib/api/orders';
import { formatDay } from '@/lib/time';

export function Parcels({ order }: { order: Order }) {
  if (order.fulfilments.length === 0) return null;
  return (
    <section aria-labelledby="parcels">
      <h2 id="parcels" className="detail mb-3 text-muted">
        {order.fulfilments.length === 1 ? 'Parcel' : 'Parcels'}
      </h2>
      <ul className="grid gap-5 text-small">
        {order.fulfilments.map((parcel) => (
          <li key={parcel.id}>
            <Parcel parcel={parcel} lines={order.lines} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Parcel({ parcel, lines }: { parcel: Fulfilment; lines: OrderLine[] }) {
  const { carrier, tracking_number, tracking_url, shipped_at } = parcel;
  const carried = [carrier, tracking_number].filter(Boolean).join(', ');
  return (
    <>
      <p className="font-[560]">
        Shipped on <time dateTime={shipped_at}>{formatDay(shipped_at)}</time>
      </p>
      {carried ? <p className="break-words text-muted">{carried}</p> : null}
      <ul className="mt-1.5 text-muted">
        {parcel.lines.map(({ variant_id, quantity }) => (
          <li key={variant_id} className="tabular-nums">
            {quantity} × {contentText(lines.find((line) => line.variant_id === variant_id))}
          </li>
        ))}
      </ul>
      {tracking_url ? (
        <a
          href={tracking_url}
          rel="noopener noreferrer"
          className="quiet-link mt-1.5 inline-flex min-h-8 items-center"
        >
          Follow this parcel
        </a>
      ) : null}
    </>
  );
}

/** The lines of a parcel are lines of its order. */
const contentText = (line: OrderLine | undefined): string =>
  line ? [line.title, ...line.option_values].join(', ') : 'Something of your order';

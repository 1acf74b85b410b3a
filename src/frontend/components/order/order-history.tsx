'use client';
// What has happened to an order, the newest last, as commits on a line.
import type { OrderEvent } from '@/lib/api/orders';
import { eventText } from '@/lib/orders/words';
import { formatMoment } from '@/lib/time';

export function OrderHistory({ events }: { events: OrderEvent[] }) {
  return (
    <section aria-labelledby="history">
      <h2 id="history" className="detail mb-3 text-muted">
        History
      </h2>
      <ol className="track grid gap-3 text-small">
        {events.map((event) => (
          <li key={event.kind + event.at}>
            {eventText(event)}{' '}
            <time dateTime={event.at} className="block text-muted">
              {formatMoment(event.at)}
            </time>
          </li>
        ))}
      </ol>
    </section>
  );
}

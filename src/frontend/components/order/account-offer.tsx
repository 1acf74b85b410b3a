'use client';
// A quiet offer to who has just ordered as a guest; nothing of it stands in an address.
import { useEffect, useState } from 'react';
import { isProbablySignedIn } from '@/lib/account/hint';
import { keepInvited } from '@/lib/account/invitation';
import type { Order } from '@/lib/api/orders';

export function AccountOffer({ order }: { order: Order }) {
  const [isGuest, setIsGuest] = useState(false);
  useEffect(() => setIsGuest(!isProbablySignedIn()), []);
  if (!isGuest) return null;
  const { email, shipping_address } = order;
  return (
    <section aria-labelledby="offer" className="no-print max-w-prose text-small">
      <h2 id="offer" className="detail mb-2 text-muted">
        Next time
      </h2>
      <p>
        With an account your addresses are ready at checkout, and your orders stand in one place. All it wants
        is a password.
      </p>
      <a
        href="/account/register"
        onClick={() => keepInvited({ email, name: shipping_address.name })}
        className="quiet-link mt-1 inline-block py-1 wrap-anywhere"
      >
        Create an account for {email}
      </a>
    </section>
  );
}

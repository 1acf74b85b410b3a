'use client';
// All orders of an account, page by page, the newest first.
import { useState } from 'react';
import { OrderList } from '@/components/account/orders/order-list';
import { NoOrders, OrdersSkeleton } from '@/components/account/orders/order-states';
import { Own } from '@/components/account/own';
import { useAction } from '@/components/account/use-action';
import { useOwn } from '@/components/account/use-own';
import { Alert } from '@/components/ui/alert';
import { BusyButton } from '@/components/ui/busy-button';
import { listOrders, type OrderHistory } from '@/lib/api/account';

export function Orders() {
  const first = useOwn('orders', () => listOrders());
  return (
    <Own of={first} what="Your orders" skeleton={<OrdersSkeleton />}>
      {(page) => (page.items.length === 0 ? <NoOrders /> : <Pages first={page} />)}
    </Own>
  );
}

function Pages({ first }: { first: OrderHistory }) {
  const [{ items, next_cursor }, setRead] = useState(first);
  const { isBusy, trouble, act } = useAction();

  const readOn = (cursor: string) =>
    act(async () => {
      const older = await listOrders(cursor);
      setRead({ items: [...items, ...older.items], next_cursor: older.next_cursor });
    });

  return (
    <>
      <OrderList heading="h2" orders={items} />
      <p role="status" className="sr-only">
        {items.length > first.items.length ? `${items.length} orders are shown.` : ''}
      </p>
      {trouble ? (
        <div className="mt-6">
          <Alert tone="trouble">{trouble}</Alert>
        </div>
      ) : null}
      {next_cursor ? (
        <p className="mt-6">
          <BusyButton
            isBusy={isBusy}
            busyLabel="Reading …"
            onClick={() => readOn(next_cursor)}
            className="button button-plain"
          >
            Show older orders
          </BusyButton>
        </p>
      ) : null}
    </>
  );
}

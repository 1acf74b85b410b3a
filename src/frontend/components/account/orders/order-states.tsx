'use client';
// The list of orders when there is nothing in it, or nothing in it yet.
import { Notice } from '@/components/ui/notice';

export function OrdersEmpty() {
  return (
    <div className="rounded-medium bg-surface p-5 lg:p-6">
      <p className="text-muted">You have not ordered anything with this account yet.</p>
      <p className="mt-4">
        <a href="/products" className="button">
          Browse everything
        </a>
      </p>
    </div>
  );
}

export function NoOrders() {
  return (
    <Notice heading="h2" code="an empty log" title="No orders yet">
      <p>What you order while you are signed in is listed here, for good.</p>
      <p className="mt-8">
        <a href="/products" className="button">
          Browse everything
        </a>
      </p>
    </Notice>
  );
}

export function OrdersSkeleton({ count = 5 }: { count?: number }) {
  return (
    <div className="divide-y divide-line border-y border-line">
      {Array.from({ length: count }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all the same and stay in place.
        <div key={row} className="flex gap-4 py-5">
          <div className="skeleton aspect-4/5 w-16" />
          <div className="flex-1">
            <div className="skeleton h-5 w-40" />
            <div className="skeleton mt-2 h-4 w-3/5" />
            <div className="skeleton mt-2 h-4 w-1/4" />
          </div>
        </div>
      ))}
    </div>
  );
}

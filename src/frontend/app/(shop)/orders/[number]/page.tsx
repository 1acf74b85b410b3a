// An order's page: the same document for everybody, filled by the browser that may see the order.
import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { OrderView } from '@/components/order/order-view';
import { NeedsScript } from '@/components/ui/needs-script';
import { readStore } from '@/lib/api/store';
import { privateMetadata } from '@/lib/content';

interface Props {
  params: Promise<{ number: string }>;
}

/** The number in the address; what is none leads nowhere. */
async function orderNumber(params: Props['params']): Promise<number> {
  const { number } = await params;
  if (!/^[1-9]\d{0,14}$/.test(number)) notFound();
  return Number.parseInt(number, 10);
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const number = await orderNumber(params);
  return privateMetadata(`Order ${number}`, `/orders/${number}`);
}

export default async function OrderPage({ params }: Props) {
  const number = await orderNumber(params);
  const store = await readStore();
  return (
    <div className="page min-h-svh pt-8 lg:pt-12">
      <div className="station mb-6 lg:mb-10">
        <h1 className="text-h1">Order {number}</h1>
        <span className="station-line" />
      </div>
      <NeedsScript />
      <OrderView number={number} contact={store.contact_email} />
    </div>
  );
}

// The shop's frame around its pages, and the store's name in every title.
import type { Metadata } from 'next';
import type { ReactNode } from 'react';
import { ShopFrame } from '@/components/frame/shop-frame';
import { readStore } from '@/lib/api/store';
import { absolute } from '@/lib/urls';

export async function generateMetadata(): Promise<Metadata> {
  const store = await readStore();
  return {
    metadataBase: new URL(absolute('/')),
    title: { template: `%s – ${store.name}`, default: store.name },
    openGraph: { siteName: store.name, type: 'website' },
  };
}

export default function ShopLayout({ children }: { children: ReactNode }) {
  return <ShopFrame>{children}</ShopFrame>;
}

// What surrounds every page of the shop: the way past the header, header, page, footer. No visitor's data.
import type { ReactNode } from 'react';
import { CartDrawer } from '@/components/cart/cart-drawer';
import { Footer } from '@/components/frame/footer';
import { Header } from '@/components/frame/header';
import { JsonLd } from '@/components/seo/json-ld';
import { listCategories } from '@/lib/api/catalog';
import { readStore } from '@/lib/api/store';
import { organization } from '@/lib/structured-data';

export async function ShopFrame({ children }: { children: ReactNode }) {
  const [store, categories] = await Promise.all([readStore(), listCategories()]);
  return (
    <div className="flex min-h-dvh flex-col">
      <a
        href="#content"
        className="button absolute top-2 left-2 z-50 -translate-y-20 focus:translate-y-0 focus-visible:rounded-full"
      >
        Skip to content
      </a>
      <Header storeName={store.name} categories={categories} />
      <main id="content" tabIndex={-1} className="flex-1 outline-none">
        {children}
      </main>
      <Footer store={store} categories={categories} />
      <CartDrawer />
      <JsonLd data={organization(store)} />
    </div>
  );
}

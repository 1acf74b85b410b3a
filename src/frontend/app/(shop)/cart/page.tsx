// The cart: the same document for everybody, filled by the browser.
import { CartView } from '@/components/cart/cart-view';
import { NeedsScript } from '@/components/ui/needs-script';
import { readStore } from '@/lib/api/store';
import { privateMetadata } from '@/lib/content';

export const metadata = privateMetadata('Your cart', '/cart');

export default async function CartPage() {
  const store = await readStore();
  return (
    // As high as the window at least: the footer does not move when the cart arrives.
    <div className="page min-h-svh pt-8 lg:pt-12">
      <NeedsScript />
      <CartView homeCountry={store.home_country} taxIncluded={store.prices_include_tax} />
    </div>
  );
}

// The checkout: the same document for everybody, filled by the browser.
import { Checkout } from '@/components/checkout/checkout';
import { NeedsScript } from '@/components/ui/needs-script';
import { readStore } from '@/lib/api/store';
import { privateMetadata } from '@/lib/content';

export const metadata = privateMetadata('Checkout', '/checkout');

export default async function CheckoutPage() {
  const { home_country, payment } = await readStore();
  return (
    <div className="page min-h-svh pt-8 lg:pt-12">
      <div className="station mb-6 lg:mb-10">
        <h1 className="text-h1">Checkout</h1>
        <span className="station-line" />
      </div>
      <NeedsScript />
      <Checkout homeCountry={home_country} provider={payment} />
    </div>
  );
}

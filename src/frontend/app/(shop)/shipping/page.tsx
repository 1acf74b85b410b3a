// How parcels travel.
import { Article } from '@/components/content/article';
import { Seller } from '@/components/content/seller';
import { readStore } from '@/lib/api/store';
import { contentMetadata } from '@/lib/content';

export const metadata = contentMetadata(
  'Shipping',
  'Where we ship to, when a parcel leaves, and what it costs.',
  '/shipping',
);

export default async function ShippingPage() {
  const store = await readStore();
  return (
    <Article
      title="Shipping"
      path="/shipping"
      lead="A parcel leaves when everything in it is packed, and not before it is paid."
    >
      <h2>What it costs</h2>
      <p>
        The cost depends on the destination and on the weight of the parcel. You see it at checkout, before
        you pay, as soon as the country is known. Nothing is added afterwards.
      </p>
      <h2>When it leaves</h2>
      <p>
        What is in stock is packed on the next working day. An article that is made to order says so on its
        page; the parcel then waits for it, unless you order it on its own.
      </p>
      <p>You get a mail with the tracking number as soon as the carrier has the parcel.</p>
      <h2>Taxes and duties</h2>
      <p>
        {store.prices_include_tax
          ? 'Prices include the value added tax of the country that we sell from; at checkout it becomes that of the destination.'
          : 'Prices are without tax; at checkout the tax of the destination is added and shown.'}{' '}
        Outside the European Union the carrier may ask for import duties, which the recipient pays.
      </p>
      <h2>If something goes wrong</h2>
      <p>
        A parcel that is late, damaged or lost is our problem, not yours. Write to us with the number of the
        order, and we find it, replace it or give the money back.
      </p>
      <Seller store={store} />
    </Article>
  );
}

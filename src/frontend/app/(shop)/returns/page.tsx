// How things come back: the right of withdrawal as Directive 2011/83/EU gives it to consumers.
import { Article } from '@/components/content/article';
import { Seller } from '@/components/content/seller';
import { readStore } from '@/lib/api/store';
import { contentMetadata } from '@/lib/content';

export const metadata = contentMetadata(
  'Returns',
  'How to withdraw from a purchase within 14 days, and what happens then.',
  '/returns',
);

export default async function ReturnsPage() {
  const store = await readStore();
  return (
    <Article
      title="Returns"
      path="/returns"
      lead="Fourteen days to change your mind, without a reason. Two years if it breaks."
    >
      <h2>Your right of withdrawal</h2>
      <p>
        As a consumer in the European Union you may withdraw from a purchase within 14 days from the day on
        which you, or somebody you named, received the goods. When an order comes in several parcels, the last
        one counts. You need not say why.
      </p>
      <h2>How to withdraw</h2>
      <p>
        Tell us in any clear form before the 14 days are over; a mail with the number of your order is enough.
        We confirm that we have received it.
      </p>
      <Seller store={store} />
      <h2>Sending it back</h2>
      <p>
        Send the goods within 14 days after telling us, to the address above. You pay for the return parcel.
        You may try things as you would in a shop; we may ask for compensation only for wear that goes beyond
        that.
      </p>
      <h2>Your money</h2>
      <p>
        We return what you paid, including the cost of standard delivery, within 14 days after we hear of your
        withdrawal, by the same means of payment. We may wait until the goods, or the proof that you sent
        them, are here.
      </p>
      <h2>What cannot come back</h2>
      <ul>
        <li>Things that were made to your specification or personalised.</li>
        <li>Sealed goods that are not fit for return for reasons of hygiene, once the seal is broken.</li>
      </ul>
      <h2>When something is faulty</h2>
      <p>
        The legal guarantee of conformity holds for two years from delivery, whatever this page says about
        returns. Write to us; we repair or replace, and refund when neither is possible.
      </p>
    </Article>
  );
}

// What the shop knows of its visitors, in the order that Article 13 GDPR asks for.
import { Article } from '@/components/content/article';
import { Seller } from '@/components/content/seller';
import { readStore } from '@/lib/api/store';
import { contentMetadata } from '@/lib/content';

export const metadata = contentMetadata(
  'Privacy',
  'What this shop stores about you, why, for how long, and what you can ask for.',
  '/privacy',
);

export default async function PrivacyPage() {
  const store = await readStore();
  return (
    <Article
      title="Privacy"
      path="/privacy"
      lead="No trackers, no advertising, no fonts or scripts from elsewhere. What is stored is what a purchase needs."
    >
      <h2>Who is responsible</h2>
      <Seller store={store} />
      <h2>When you look around</h2>
      <p>
        Our server sees your IP address and the page that you ask for, because otherwise it could not answer.
        Its logs serve to find faults and to fend off abuse (Article 6(1)(f) GDPR) and are deleted after a
        short time. Pages are the same for everybody; none of them is made from a profile.
      </p>
      <h2>Cookies</h2>
      <p>
        A cookie is set only when you use something that cannot work without it, such as a basket or an
        account. That is why there is no cookie banner.
      </p>
      <h2>When you order</h2>
      <p>
        We store your name, address, e-mail address and what you bought, in order to fulfil the contract
        (Article 6(1)(b) GDPR), and keep invoices for as long as tax law demands (Article 6(1)(c) GDPR). Card
        numbers never reach us; the payment provider handles them.
      </p>
      <h2>When you have an account</h2>
      <p>
        We also store your password in a form that cannot be turned back into it, your address book, and since
        when and from where your browsers are signed in (Article 6(1)(b) and (f) GDPR), until you change it or
        erase the account.
      </p>
      <h2>Who else receives it</h2>
      <ul>
        <li>The carrier gets the name and address for the parcel.</li>
        <li>The payment provider gets the amount and the number of the order.</li>
        <li>The provider that runs our servers stores data on our behalf.</li>
      </ul>
      <h2>What you can ask for</h2>
      <p>
        You may see what is stored about you, take it with you, have it corrected or erased, restrict or
        object to its use. With an account you do the most of it yourself, under{' '}
        <a href="/account/privacy">your data</a>; else write to the address above. You may also complain to a
        data protection authority, for instance the one of the country that you live in.
      </p>
    </Article>
  );
}

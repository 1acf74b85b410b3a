// The address book: the same document for everybody, filled by the browser.
import { AccountPage } from '@/components/account/account-page';
import { Addresses } from '@/components/account/addresses/addresses';
import { readStore } from '@/lib/api/store';
import { privateMetadata } from '@/lib/content';

export const metadata = privateMetadata('Addresses', '/account/addresses');

export default async function AddressesPage() {
  const { home_country } = await readStore();
  return (
    <AccountPage title="Addresses" path="/account/addresses">
      <Addresses homeCountry={home_country} />
    </AccountPage>
  );
}

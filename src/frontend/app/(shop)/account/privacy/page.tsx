// A copy or the end of an account: the same document for everybody, filled by the browser.
import { AccountPage } from '@/components/account/account-page';
import { Privacy } from '@/components/account/privacy/privacy';
import { privateMetadata } from '@/lib/content';

export const metadata = privateMetadata('Your data', '/account/privacy');

export default function PrivacyPage() {
  return (
    <AccountPage title="Your data" path="/account/privacy">
      <Privacy />
    </AccountPage>
  );
}

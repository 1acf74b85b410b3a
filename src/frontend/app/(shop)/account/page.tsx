// An account's first page: the same document for everybody, filled by the browser.
import { AccountPage } from '@/components/account/account-page';
import { Overview } from '@/components/account/overview';
import { privateMetadata } from '@/lib/content';

export const metadata = privateMetadata('Your account', '/account');

export default function OverviewPage() {
  return (
    <AccountPage title="Your account" path="/account">
      <Overview />
    </AccountPage>
  );
}

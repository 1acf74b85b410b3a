// How an account is opened: the same document for everybody, filled by the browser.
import { AccountPage } from '@/components/account/account-page';
import { Security } from '@/components/account/security/security';
import { privateMetadata } from '@/lib/content';

export const metadata = privateMetadata('Security', '/account/security');

export default function SecurityPage() {
  return (
    <AccountPage title="Security" path="/account/security">
      <Security />
    </AccountPage>
  );
}

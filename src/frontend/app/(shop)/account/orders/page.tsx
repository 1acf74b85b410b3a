// The orders of an account: the same document for everybody, filled by the browser.
import { AccountPage } from '@/components/account/account-page';
import { Orders } from '@/components/account/orders/orders';
import { privateMetadata } from '@/lib/content';

export const metadata = privateMetadata('Your orders', '/account/orders');

export default function OrdersPage() {
  return (
    <AccountPage title="Your orders" path="/account/orders">
      <Orders />
    </AccountPage>
  );
}

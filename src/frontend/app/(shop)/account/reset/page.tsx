// Where the mail about a forgotten password leads to.
import { DoorPage } from '@/components/account/door-page';
import { Reset } from '@/components/account/sign-in/reset';
import { privateMetadata } from '@/lib/content';

export const metadata = privateMetadata('A new password', '/account/reset');

export default function ResetPage() {
  return (
    <DoorPage title="A new password" lead="It takes the place of the old one, and signs you out everywhere.">
      <Reset />
    </DoorPage>
  );
}

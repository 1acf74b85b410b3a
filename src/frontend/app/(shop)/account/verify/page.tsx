// Where the mail after a registration leads to.
import { DoorPage } from '@/components/account/door-page';
import { Verify } from '@/components/account/sign-in/verify';
import { privateMetadata } from '@/lib/content';

export const metadata = privateMetadata('Confirm your address', '/account/verify');

export default function VerifyPage() {
  return (
    <DoorPage
      title="Confirm your address"
      lead="The last step: the password that you chose shows that this registration is yours."
    >
      <Verify />
    </DoorPage>
  );
}

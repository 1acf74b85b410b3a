// Where the mails about a new address lead to.
import { DoorPage } from '@/components/account/door-page';
import { ConfirmEmail } from '@/components/account/sign-in/confirm-email';
import { privateMetadata } from '@/lib/content';

export const metadata = privateMetadata('A new address', '/account/email');

export default function ConfirmEmailPage() {
  return (
    <DoorPage
      title="A new address"
      lead="Your account gets a new address of mail when the links of both mails were opened."
    >
      <ConfirmEmail />
    </DoorPage>
  );
}

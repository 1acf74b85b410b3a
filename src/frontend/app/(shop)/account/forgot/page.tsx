// Asking for a link that sets a new password.
import { DoorPage } from '@/components/account/door-page';
import { Forgot } from '@/components/account/sign-in/forgot';
import { privateMetadata } from '@/lib/content';

export const metadata = privateMetadata('Forgot your password?', '/account/forgot');

export default function ForgotPage() {
  return (
    <DoorPage
      title="Forgot your password?"
      lead="Tell us the address of your account, and we send a link that sets a new one."
    >
      <Forgot />
    </DoorPage>
  );
}

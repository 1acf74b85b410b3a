// Signing in: the same document for everybody.
import { DoorPage } from '@/components/account/door-page';
import { SignIn } from '@/components/account/sign-in/sign-in';
import { privateMetadata } from '@/lib/content';

export const metadata = privateMetadata('Sign in', '/account/sign-in');

export default function SignInPage() {
  return (
    <DoorPage title="Sign in" lead="Your orders, your addresses and your cart, on every device.">
      <SignIn />
    </DoorPage>
  );
}

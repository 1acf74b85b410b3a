// Asking for an account: the same document for everybody.
import { DoorPage } from '@/components/account/door-page';
import { Register } from '@/components/account/sign-in/register';
import { privateMetadata } from '@/lib/content';

export const metadata = privateMetadata('Create an account', '/account/register');

export default function RegisterPage() {
  return (
    <DoorPage
      title="Create an account"
      lead="For your orders and addresses in one place. Buying works without one, too."
    >
      <Register />
    </DoorPage>
  );
}

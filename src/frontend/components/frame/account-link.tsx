// The header's way to the account. It is the same for everybody: who is signed in, the page behind it finds out.
import { PersonIcon } from '@/components/ui/icons';

export function AccountLink() {
  return (
    <a
      href="/account"
      aria-label="Account"
      className="flex min-h-11 min-w-9 items-center justify-end gap-3 text-small font-[560] hover:text-accent max-lg:col-start-3 max-lg:row-start-1"
    >
      <PersonIcon className="size-6" />
      <span className="max-2xl:hidden">Account</span>
    </a>
  );
}

// What every way of paying offers to the step that shows it.
import type { Confirmation } from '@/lib/api/demo-provider';
import type { PaymentStart } from '@/lib/api/orders';

export interface PaymentForm {
  /** Looks whether everything is filled in, and says what is not. */
  check: () => Promise<boolean>;
  /** Gives the payment to the provider. Throws when that does not answer: the same may be sent again. */
  confirm: (start: PaymentStart, returnUrl: string) => Promise<Confirmation>;
}

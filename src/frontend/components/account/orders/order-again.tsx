'use client';
// Puts into the cart what an order had, and says what is not to be had any more.
import { useState } from 'react';
import { useAction } from '@/components/account/use-action';
import { TextButton } from '@/components/ui/text-button';
import { reorder } from '@/lib/api/account';
import { openDrawer } from '@/lib/cart/drawer';
import { adopt } from '@/lib/cart/store';

export function OrderAgain({ number }: { number: number }) {
  const [missing, setMissing] = useState<string[]>([]);
  const { isBusy, trouble, act } = useAction();

  const again = () =>
    act(async () => {
      const answer = await reorder(number);
      adopt(answer.cart);
      setMissing(answer.missing);
      // With something missing the list stays in sight: what is said about it stands there.
      if (answer.missing.length === 0) openDrawer(`everything of order ${number}`);
    });

  return (
    <div className="text-right text-small">
      <TextButton onClick={again}>
        {isBusy ? 'Adding …' : 'Order again'}
        <span className="sr-only"> what order {number} had</span>
      </TextButton>
      {trouble ? (
        <p role="alert" className="max-w-64 text-alarm">
          {trouble}
        </p>
      ) : null}
      {missing.length > 0 ? (
        <p role="status" className="max-w-64 text-muted">
          Not all of it is left: {missing.join(', ')}.{' '}
          <a href="/cart" className="quiet-link text-ink">
            See the cart
          </a>
        </p>
      ) : null}
    </div>
  );
}

'use client';
// A line of the cart: what it is, how many, what it costs, and what has changed.
import { Price } from '@/components/catalog/price';
import { Picture } from '@/components/ui/picture';
import { QuantityStepper } from '@/components/ui/quantity-stepper';
import { TextButton } from '@/components/ui/text-button';
import type { CartItem } from '@/lib/api/cart';
import type { Entry } from '@/lib/cart/state';
import { removeLine, setQuantity } from '@/lib/cart/store';
import { changesOf, scarcity } from '@/lib/cart/words';
import { formatMoney } from '@/lib/money';
import { linePath } from '@/lib/urls';

interface Props {
  entry: Entry;
  note?: string;
}

export function CartLine({ entry: { item, quantity, isPending }, note }: Props) {
  return (
    <div className="flex gap-4">
      <div className="aspect-4/5 w-20 flex-none self-start overflow-hidden rounded-small bg-surface sm:w-24">
        {item.picture ? (
          <Picture picture={item.picture} sizes="96px" alt="" className="h-full object-cover" />
        ) : null}
      </div>
      <div className="flex min-w-0 flex-1 flex-col gap-2">
        <div className="flex justify-between gap-4 text-small">
          <div className="min-w-0">
            <p className="font-[560] leading-snug">
              <a href={linePath(item)} className="underline-offset-4 hover:underline">
                {item.title}
              </a>
            </p>
            <p className="text-muted">{item.option_values.join(', ')}</p>
          </div>
          <LinePrice item={item} quantity={quantity} isPending={isPending} />
        </div>
        <Changes item={item} note={note} />
        <div className="mt-auto flex flex-wrap items-center justify-between gap-x-4 gap-y-1">
          {item.available_quantity > 0 ? (
            <QuantityStepper
              of={item.title}
              quantity={quantity}
              max={item.available_quantity}
              onChange={(wanted) => void setQuantity(item.variant_id, wanted)}
            />
          ) : null}
          <TextButton onClick={() => void removeLine(item)}>
            Remove<span className="sr-only"> {item.title}</span>
          </TextButton>
        </div>
      </div>
    </div>
  );
}

function LinePrice({ item, quantity, isPending }: { item: CartItem; quantity: number; isPending: boolean }) {
  return (
    // A figure that is about to change steps back; it stays readable.
    <div className={`flex-none text-right tabular-nums ${isPending ? 'text-muted' : ''}`}>
      <Price price={item.total} className="justify-end" />
      {quantity > 1 ? <p className="text-muted">{formatMoney(item.unit_price)} each</p> : null}
    </div>
  );
}

function Changes({ item, note }: { item: CartItem; note?: string }) {
  const changes = changesOf(item);
  const few = scarcity(item);
  const isShort = item.available_quantity < item.quantity;
  return (
    <div className="grid gap-1 text-small empty:hidden">
      {few && changes.length === 0 && !note ? <p className="text-muted">{few}</p> : null}
      {changes.map((change) => (
        <p key={change} className={`font-[560] ${isShort ? 'text-alarm' : 'text-accent'}`}>
          {change}
        </p>
      ))}
      {isShort && item.available_quantity > 0 ? (
        <p>
          <TextButton onClick={() => void setQuantity(item.variant_id, item.available_quantity)}>
            Take {item.available_quantity}
          </TextButton>
        </p>
      ) : null}
      {note ? <p className="text-alarm">{note}</p> : null}
    </div>
  );
}

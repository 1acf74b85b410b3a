// A price, and beside it the price before a reduction, said in words for those who do not see the line through it.
import type { Money } from '@/lib/api/catalog';
import { formatMoney } from '@/lib/money';

interface Props {
  price: Money;
  before?: Money | null;
  /** The product's variants have several prices and this is the lowest. */
  from?: boolean;
  className?: string;
}

export function Price({ price, before, from = false, className = '' }: Props) {
  return (
    <p className={`flex flex-wrap items-baseline gap-x-2 tabular-nums ${className}`}>
      <span className={before ? 'font-[560] text-accent' : ''}>
        {from ? 'from ' : ''}
        {before ? <span className="sr-only">Now </span> : null}
        {formatMoney(price)}
      </span>
      {before ? (
        <s className="text-muted">
          <span className="sr-only">Before </span>
          {formatMoney(before)}
        </s>
      ) : null}
    </p>
  );
}

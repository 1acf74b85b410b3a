// How a total comes about: goods, shipping, discount, taxes. Every figure is the API's.
import type { Money } from '@/lib/api/catalog';
import type { TaxAmount } from '@/lib/api/orders';
import { formatMoney } from '@/lib/money';

export interface Sums {
  subtotal: Money;
  /** `null` while no way of shipping is chosen. */
  shipping: { name: string; price: Money } | null;
  discount: Money | null;
  taxes: TaxAmount[];
  pricesIncludeTax: boolean;
  total: Money | null;
  refunded: Money | null;
}

function Row({ label, children }: { label: string; children: string }) {
  return (
    <div className="flex justify-between gap-6">
      <dt className="text-muted">{label}</dt>
      <dd className="text-right tabular-nums">{children}</dd>
    </div>
  );
}

const shippingText = ({ shipping }: Sums): string => {
  if (!shipping) return 'At the next step';
  return shipping.price.amount === 0 ? 'Free' : formatMoney(shipping.price);
};

export function Totals({ sums }: { sums: Sums }) {
  const { subtotal, shipping, discount, taxes, pricesIncludeTax, total, refunded } = sums;
  const taxLabel = ({ name, percent }: TaxAmount) =>
    pricesIncludeTax ? `Including ${percent} % ${name}` : `${percent} % ${name}`;
  return (
    <dl className="grid gap-1.5 text-small">
      <Row label="Subtotal">{formatMoney(subtotal)}</Row>
      {discount && discount.amount !== 0 ? <Row label="Discount">{`−${formatMoney(discount)}`}</Row> : null}
      <Row label={shipping ? `Shipping, ${shipping.name}` : 'Shipping'}>{shippingText(sums)}</Row>
      {pricesIncludeTax
        ? null
        : taxes.map((tax) => <TaxRow key={tax.name + tax.percent} label={taxLabel(tax)} tax={tax} />)}
      {total ? (
        <div className="mt-1.5 flex items-baseline justify-between gap-6 border-t border-line pt-3">
          <dt className="text-body font-[560]">Total</dt>
          <dd className="text-h3 font-[560] tabular-nums">{formatMoney(total)}</dd>
        </div>
      ) : null}
      {pricesIncludeTax && total
        ? taxes.map((tax) => <TaxRow key={tax.name + tax.percent} label={taxLabel(tax)} tax={tax} />)
        : null}
      {refunded && refunded.amount !== 0 ? <Row label="Refunded">{formatMoney(refunded)}</Row> : null}
    </dl>
  );
}

const TaxRow = ({ label, tax }: { label: string; tax: TaxAmount }) => (
  <Row label={label}>{formatMoney(tax.amount)}</Row>
);

// What is bought, line by line, to be read and no longer changed.
import { Picture } from '@/components/ui/picture';
import type { Money, Picture as PictureData } from '@/lib/api/catalog';
import { formatMoney } from '@/lib/money';
import { linePath } from '@/lib/urls';

export interface Line {
  variant_id: string;
  product_slug: string;
  title: string;
  option_values: string[];
  sku: string | null;
  picture: PictureData | null;
  quantity: number;
  unit_price: Money;
  total: Money;
}

export function LineList({ lines }: { lines: Line[] }) {
  return (
    <ul className="grid gap-4">
      {lines.map((line) => (
        <li key={line.variant_id} className="flex gap-3.5 text-small">
          <div className="aspect-4/5 w-14 flex-none overflow-hidden rounded-small bg-paper">
            {line.picture ? (
              <Picture picture={line.picture} sizes="56px" alt="" className="h-full object-cover" />
            ) : null}
          </div>
          <div className="min-w-0 flex-1">
            <p className="font-[560] leading-snug">
              <a href={linePath(line)} className="underline-offset-4 hover:underline">
                {line.title}
              </a>
            </p>
            <p className="text-muted">{line.option_values.join(', ')}</p>
            <p className="text-muted tabular-nums">
              {line.quantity} × {formatMoney(line.unit_price)}
            </p>
          </div>
          <p className="flex-none tabular-nums">{formatMoney(line.total)}</p>
        </li>
      ))}
    </ul>
  );
}

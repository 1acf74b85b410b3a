// The facts about a product that are not prose.
import type { Variant } from '@/lib/api/catalog';

function facts(vendor: string, variant: Variant): [string, string][] {
  const weight = new Intl.NumberFormat('en-IE', { style: 'unit', unit: 'gram' });
  return [
    ['Made by', vendor],
    ['Article', variant.sku ?? ''],
    ['Barcode', variant.barcode ?? ''],
    ['Weight', variant.weight_grams ? weight.format(variant.weight_grams) : ''],
  ];
}

export function Facts({ vendor, variant }: { vendor: string; variant: Variant }) {
  return (
    <dl className="divide-y divide-line border-y border-line text-small">
      {facts(vendor, variant)
        .filter(([, value]) => value !== '')
        .map(([name, value]) => (
          <div key={name} className="flex justify-between gap-6 py-2.5">
            <dt className="text-muted">{name}</dt>
            <dd className="text-right tabular-nums">{value}</dd>
          </div>
        ))}
    </dl>
  );
}

// What is left of a variant, in words.
import type { Variant } from '@/lib/api/catalog';

function text({ availability, quantity_left }: Variant): string {
  switch (availability) {
    case 'in_stock':
      return 'In stock';
    case 'low_stock':
      return quantity_left === null ? 'Only a few left' : `Only ${quantity_left} left`;
    case 'backorder':
      return 'Made to order: ships when it is made';
    case 'out_of_stock':
      return 'Sold out';
  }
}

const DOT: Record<Variant['availability'], string> = {
  in_stock: 'bg-accent border-accent',
  low_stock: 'border-accent bg-paper',
  backorder: 'border-edge bg-paper',
  out_of_stock: 'border-edge bg-edge',
};

export function Stock({ variant }: { variant: Variant }) {
  return (
    <p className="flex items-center gap-2.5 text-small">
      <span aria-hidden="true" className={`size-2.5 rounded-full border-2 ${DOT[variant.availability]}`} />
      {text(variant)}
    </p>
  );
}

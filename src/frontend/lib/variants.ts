// Which variant a choice of options leads to. Only lookups in what the API said: no rule of the shop is decided here.
import type { Product, Variant } from '@/lib/api/catalog';
import { variantName } from '@/lib/urls';

export interface Choice {
  value: string;
  isSelected: boolean;
  /** The variant that choosing this value leads to; `null` when what was chosen before it was never made with it. */
  target: Variant | null;
  /** Nothing that can follow this choice can be bought now. */
  isSoldOut: boolean;
}

export interface ChoiceGroup {
  name: string;
  selected: string;
  choices: Choice[];
}

/** The variant that an address names, else the first that can be bought, else the first. */
export function initialVariant(variants: Variant[], name: string | undefined): Variant | undefined {
  return (
    variants.find((variant) => variantName(variant) === name) ??
    variants.find(({ availability }) => availability !== 'out_of_stock') ??
    variants[0]
  );
}

/** How many leading options two variants share: the earlier an option stands, the more it is kept. */
function likeness(a: Variant, b: Variant): number {
  return a.option_values.reduce(
    (sum, value, index) => sum + (value === b.option_values[index] ? 2 ** -index : 0),
    0,
  );
}

/** The variants that share what was chosen before an option and have this value of it. */
function fittingVariants(variants: Variant[], current: Variant, index: number, value: string): Variant[] {
  const wanted = current.option_values.slice(0, index);
  return variants.filter(
    ({ option_values }) =>
      option_values[index] === value &&
      wanted.every((earlier, position) => option_values[position] === earlier),
  );
}

/** The options of a product as choices, seen from the variant that is chosen now. */
export function choiceGroups(
  { options, variants }: Pick<Product, 'options' | 'variants'>,
  current: Variant,
): ChoiceGroup[] {
  return options.map(({ name, values }, index) => ({
    name,
    selected: current.option_values[index] ?? '',
    choices: values.map((value) => {
      const fitting = fittingVariants(variants, current, index, value);
      const [target = null] = fitting.toSorted((a, b) => likeness(b, current) - likeness(a, current));
      return {
        value,
        isSelected: current.option_values[index] === value,
        target,
        isSoldOut: target !== null && fitting.every(({ availability }) => availability === 'out_of_stock'),
      };
    }),
  }));
}

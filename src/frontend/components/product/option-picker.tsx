'use client';
// The options of a product as links to its variants, so that they work without a script and can be shared.
import type { Product, Variant } from '@/lib/api/catalog';
import { isPlainClick } from '@/lib/clicks';
import { variantPath } from '@/lib/urls';
import { type Choice, type ChoiceGroup, choiceGroups } from '@/lib/variants';

interface Props {
  product: Pick<Product, 'slug' | 'options' | 'variants'>;
  current: Variant;
  onChoose: (variant: Variant, href: string) => void;
}

export function OptionPicker({ product, current, onChoose }: Props) {
  const groups = choiceGroups(product, current);
  return groups.map((group, index) => (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset groups form controls; these choices are links.
    <div key={group.name} role="group" aria-labelledby={`option-${index}`} className="mt-7">
      <p className="mb-2.5 text-small">
        <span id={`option-${index}`} className="font-[560]">
          {group.name}
        </span>
        <span aria-hidden="true" className="text-muted">
          {' '}
          {group.selected}
        </span>
      </p>
      <ul className="flex flex-wrap gap-2">
        {group.choices.map((choice) => (
          <li key={choice.value}>
            <ChoiceLink
              choice={choice}
              slug={product.slug}
              made={earlier(groups, index)}
              onChoose={onChoose}
            />
          </li>
        ))}
      </ul>
    </div>
  ));
}

/** What was chosen in the groups above, `Ink, Oak`. */
const earlier = (groups: ChoiceGroup[], index: number): string =>
  groups
    .slice(0, index)
    .map(({ selected }) => selected)
    .join(', ');

const SHAPE =
  'inline-flex min-h-11 min-w-12 items-center justify-center rounded-small border px-4 text-small focus-visible:rounded-small';

function look({ isSelected, isSoldOut, target }: Choice): string {
  if (!target) return 'border-dashed border-edge text-muted line-through';
  const border = isSelected ? 'border-ink bg-ink text-paper' : 'border-edge hover:border-ink';
  return `${border} ${isSoldOut ? 'line-through decoration-from-font' : ''}`;
}

interface ChoiceLinkProps {
  choice: Choice;
  slug: string;
  made: string;
  onChoose: Props['onChoose'];
}

function ChoiceLink({ choice, slug, made, onChoose }: ChoiceLinkProps) {
  const { value, target, isSelected, isSoldOut } = choice;
  const className = `${SHAPE} ${look(choice)}`;
  if (!target) {
    return (
      <span className={className} title={`Not made in ${made}`}>
        {value}
        <span className="sr-only"> (not made in {made})</span>
      </span>
    );
  }
  const href = variantPath(slug, target);
  return (
    <a
      href={href}
      aria-current={isSelected ? 'true' : undefined}
      title={isSoldOut ? 'Sold out' : undefined}
      className={className}
      onClick={(event) => {
        if (!isPlainClick(event)) return;
        event.preventDefault();
        onChoose(target, href);
      }}
    >
      {value}
      {isSoldOut ? <span className="sr-only"> (sold out)</span> : null}
    </a>
  );
}

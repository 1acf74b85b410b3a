// One facet: its values as ticks (or as one choice), each with how many products it would leave.
import { ChevronIcon } from '@/components/ui/icons';

interface FacetValue {
  value: string;
  label: string;
  count: number;
}

interface Props {
  title: string;
  name: string;
  kind?: 'checkbox' | 'radio';
  values: FacetValue[];
  selected: string[];
}

const SHOWN = 7;

export function FacetGroup({ title, name, kind = 'checkbox', values, selected }: Props) {
  const row = (facet: FacetValue) => (
    <FacetRow key={facet.value} {...facet} name={name} kind={kind} checked={selected.includes(facet.value)} />
  );
  // What is chosen is never folded away.
  const first = values.filter(({ value }, index) => index < SHOWN || selected.includes(value));
  const rest = values.filter((facet) => !first.includes(facet));
  return (
    <fieldset className="min-w-0 py-4">
      <legend className="float-left mb-2 w-full text-small font-[560]">{title}</legend>
      <div className="clear-both">
        {kind === 'radio' ? (
          <FacetRow value="" label="All" name={name} kind="radio" checked={selected.join('') === ''} />
        ) : null}
        {first.map(row)}
        {rest.length > 0 ? (
          <details className="group/rest">
            <summary className="flex min-h-8 items-center gap-1.5 text-small text-muted hover:text-ink">
              <ChevronIcon className="size-3.5 transition-transform group-open/rest:rotate-180" />
              {rest.length} more
            </summary>
            {rest.map(row)}
          </details>
        ) : null}
      </div>
    </fieldset>
  );
}

interface RowProps extends Omit<FacetValue, 'count'> {
  count?: number;
  name: string;
  kind: 'checkbox' | 'radio';
  checked: boolean;
}

function FacetRow({ value, label, count, name, kind, checked }: RowProps) {
  return (
    <label className="flex min-h-9 cursor-pointer items-center gap-3 text-small hover:text-accent lg:min-h-8">
      <input type={kind} name={name} value={value} defaultChecked={checked} className="size-4.5 shrink-0" />
      <span className="min-w-0 flex-1">{label}</span>
      {count === undefined ? null : (
        <span className="detail text-muted">
          {count}
          <span className="sr-only"> {count === 1 ? 'product' : 'products'}</span>
        </span>
      )}
    </label>
  );
}

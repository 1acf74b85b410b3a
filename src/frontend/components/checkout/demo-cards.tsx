// Says that this is a demonstration, and which card does what; a click types it.

const CARDS = [
  { number: '4242 4242 4242 4242', does: 'pays' },
  { number: '4000 0025 0000 3155', does: 'asks you to confirm' },
  { number: '4000 0000 0000 0002', does: 'is declined' },
  { number: '4000 0000 0000 9995', does: 'has too little money' },
];

export function DemoCards({ onChoose }: { onChoose: (number: string) => void }) {
  return (
    <div className="rounded-small border border-dashed border-edge p-4 text-small">
      <p className="font-[560]">This is a demonstration: no real card, no real money</p>
      <p className="text-muted">
        Never type a real card here. Choose one of these, with any future date and code:
      </p>
      <ul className="mt-2 grid gap-x-6 sm:grid-cols-2">
        {CARDS.map(({ number, does }) => (
          <li key={number}>
            <button
              type="button"
              onClick={() => onChoose(number)}
              className="group flex min-h-11 w-full cursor-pointer flex-wrap items-center gap-x-3 text-left"
            >
              <span className="detail quiet-link whitespace-nowrap">{number}</span>
              <span className="text-muted group-hover:text-ink">{does}</span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

// Why it did not work, the lines that it is about, and where to put it right.
import { Alert } from '@/components/ui/alert';
import type { Trouble } from '@/lib/checkout/trouble';

export function TroubleAlert({ trouble: { title, text, lines, toCart } }: { trouble: Trouble }) {
  return (
    <Alert tone="trouble" title={title}>
      <p>{text}</p>
      {lines ? (
        <ul className="mt-1 list-inside list-disc">
          {lines.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      ) : null}
      {toCart ? (
        <a href="/cart" className="quiet-link inline-flex min-h-8 items-center">
          Go to the cart
        </a>
      ) : null}
    </Alert>
  );
}

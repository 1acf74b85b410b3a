// What a browser without scripts is told where one is needed.

export function NeedsScript() {
  return (
    <p className="mb-8 hidden rounded-small border-l-3 border-accent bg-surface px-4 py-3 text-small scriptless:block">
      Cart, checkout, orders and accounts need JavaScript. Everything else here works without it.
    </p>
  );
}

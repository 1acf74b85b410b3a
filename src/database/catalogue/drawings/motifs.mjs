// The printed signs of the house, drawn as strokes in a box from -100 to 100.

import { g, n, path, stroke, times } from './core.mjs';

const dot = (x, y, r, c) => `<circle cx="${n(x)}" cy="${n(y)}" r="${n(r)}" fill="${c}"/>`;
const ring = (x, y, r, c, w) => `<circle cx="${n(x)}" cy="${n(y)}" r="${n(r)}" fill="none" stroke="${c}" stroke-width="${w}"/>`;

const merge = (c) =>
  stroke('M-38 84V-84', c, 11) +
  stroke('M-38 62C-38 28 42 40 42 8V-8C42 -40 -38 -30 -38 -62', c, 11) +
  [
    [-38, 84],
    [-38, 0],
    [42, 0],
    [-38, -84],
  ]
    .map(([x, y]) => dot(x, y, 19, c))
    .join('');

const pull = (c) =>
  stroke('M-50 46V-46', c, 13) +
  stroke('M50 46V-10C50 -40 36 -48 8 -48', c, 13) +
  stroke('M28 -72L4 -48L28 -24', c, 13) +
  ring(-50, 68, 21, c, 13) +
  ring(-50, -68, 21, c, 13) +
  ring(50, 68, 21, c, 13);

const semicolon = (c) =>
  dot(6, -44, 25, c) + path('M6 22a25 25 0 0 1 25 25C31 76 10 98 -20 104L-26 92C-10 84 -2 76 0 71A25 25 0 0 1 6 22z', `fill="${c}"`);

const star = (c, x, y, r, w) =>
  times(3, (i) => {
    const a = (i * Math.PI) / 3 + Math.PI / 2;
    return stroke(`M${n(x + r * Math.cos(a))} ${n(y + r * Math.sin(a))}L${n(x - r * Math.cos(a))} ${n(y - r * Math.sin(a))}`, c, w);
  });
const cron = (c) => times(5, (i) => star(c, -88 + 44 * i, 0, 15, 6.5));
const column = (c) => times(5, (i) => star(c, 0, -84 + 42 * i, 16, 3.4 + i * 1.7));

const conflict = (c) => {
  const row = (y, flip) => times(7, (i) => stroke(`M${n(-78 + 26 * i + 8 * flip)} ${y - 14}l${-16 * flip} 14l${16 * flip} 14`, c, 6));
  return row(-50, 1) + times(7, (i) => stroke(`M${-87 + 26 * i} -5h18M${-87 + 26 * i} 7h18`, c, 5)) + row(52, -1);
};

const terminal = (c) =>
  stroke('M-90 -64h180a10 10 0 0 1 10 10v108a10 10 0 0 1 -10 10h-180a-10 10 0 0 1 -10 -10v-108a10 10 0 0 1 10 -10z', c, 6) +
  stroke('M-98 -34H98', c, 5) +
  dot(-82, -49, 5, c) +
  dot(-64, -49, 5, c) +
  dot(-46, -49, 5, c) +
  stroke('M-74 -10l16 14l-16 14M-46 20h34', c, 7) +
  stroke('M18 16l18 18l38 -42', c, 10);

const DUCK =
  'M-62 -6C-92 -8 -96 34 -70 56C-46 78 36 80 66 58C92 38 96 -6 86 -22C74 -4 50 0 34 -8C46 -22 50 -42 42 -60C30 -88 -14 -92 -30 -64C-35 -55 -36 -48 -34 -42L-58 -36C-64 -34 -62 -26 -56 -24L-30 -20C-26 -12 -20 -8 -12 -4C-30 -2 -46 -4 -62 -6z';
const duck = (c) => g(path(`${DUCK}M-6 -58a8 8 0 1 0 0.1 0z`, `fill="${c}" fill-rule="evenodd"`), 'transform="scale(-1 1)"');

const nodesOf = (levels, width, top, step) =>
  Array.from({ length: levels }, (_, l) =>
    Array.from({ length: 2 ** l }, (_, i) => [-width / 2 + (width * (i + 0.5)) / 2 ** l, top + step * l]),
  );
const tree = (c) => {
  const rows = nodesOf(4, 200, -72, 48);
  const lines = rows
    .slice(1)
    .map((row, l) => row.map(([x, y], i) => stroke(`M${n(rows[l][i >> 1][0])} ${rows[l][i >> 1][1]}L${n(x)} ${y}`, c, 4.5)).join(''))
    .join('');
  return (
    lines +
    rows
      .flat()
      .map(([x, y]) => dot(x, y, 9.5, c))
      .join('')
  );
};
const sapling = (c) => {
  const rows = nodesOf(3, 150, -60, 60);
  const lines = rows
    .slice(1)
    .map((row, l) => row.map(([x, y], i) => stroke(`M${n(rows[l][i >> 1][0])} ${rows[l][i >> 1][1]}L${n(x)} ${y}`, c, 8)).join(''))
    .join('');
  return (
    lines +
    rows
      .flat()
      .map(([x, y]) => dot(x, y, 15, c))
      .join('')
  );
};

const pipeline = (c, accent) =>
  stroke('M-84 0H84', c, 6) +
  times(4, (i) => {
    const x = -84 + 56 * i;
    return dot(x, 0, 22, accent) + stroke(`M${x - 9} 1l7 7l12 -15`, '#20253a', 5);
  });

const week = (c, accent) =>
  times(7, (i) => {
    const [x, y] = [-96 + 50 * (i % 4) + (i > 3 ? 0 : 0), i > 3 ? 8 : -46];
    const box = `M${x} ${y}h40v40h-40z`;
    return i === 4 ? stroke(box, c, 5) + stroke(`M${x + 8} ${y + 8}l24 24m0 -24l-24 24`, accent, 8) : path(box, `fill="${c}"`);
  });

const rollback = (c) => stroke('M-52 -34H24C66 -34 92 -10 92 22C92 56 66 78 24 78H-30', c, 17) + stroke('M-22 -76L-66 -34L-22 8', c, 17);
const reset = (c) => stroke('M-58 -52A78 78 0 1 1 -78 6', c, 15) + stroke('M-66 -96V-46H-16', c, 15);
const empty = (c) => ring(0, 0, 62, c, 14) + stroke('M62 -80L-62 80', c, 14);
const chevrons = (c) => stroke('M-62 -56L-8 0L-62 56M10 -56L64 0L10 56', c, 17);
const hash = (c) => stroke('M-22 -80L-44 80M44 -80L22 80M-78 -32H82M-84 32H76', c, 16);
const moon = (c) => path('M22 -82A84 84 0 1 0 82 40A68 68 0 0 1 22 -82z', `fill="${c}"`);
const bell = (c) =>
  path(
    'M0 -82C-44 -82 -54 -46 -54 -8C-54 26 -70 34 -76 48H76C70 34 54 26 54 -8C54 -46 44 -82 0 -82z',
    `fill="none" stroke="${c}" stroke-width="12" stroke-linejoin="round"`,
  ) + stroke('M-20 72a21 18 0 0 0 40 0', c, 12);
const cursor = (c) =>
  path('M-46 -84L-46 62L-10 30L14 86L40 74L16 20L64 18z', `fill="${c}" stroke="${c}" stroke-width="8" stroke-linejoin="round"`);
const brackets = (c) => stroke('M-30 -70C-60 -70 -48 -20 -78 0C-48 20 -60 70 -30 70M30 -70C60 -70 48 -20 78 0C48 20 60 70 30 70', c, 13);
const light = (c, accent) =>
  path(
    'M-36 -92h72a20 20 0 0 1 20 20v144a20 20 0 0 1 -20 20h-72a20 20 0 0 1 -20 -20v-144a20 20 0 0 1 20 -20z',
    `fill="none" stroke="${c}" stroke-width="10"`,
  ) +
  ring(0, -52, 18, c, 7) +
  ring(0, 0, 18, c, 7) +
  dot(0, 52, 22, accent);
const heart = (c) => stroke('M-100 10H-56L-38 -14L-20 10H-8L8 -70L28 72L42 10H100', c, 8);
const play = (c) => path('M-40 -58L62 0L-40 58z', `fill="${c}" stroke="${c}" stroke-width="16" stroke-linejoin="round"`);
const tick = (c) => stroke('M-64 4L-18 50L66 -46', c, 20);

const ALL = {
  merge,
  pull,
  semicolon,
  cron,
  column,
  conflict,
  terminal,
  duck,
  tree,
  sapling,
  pipeline,
  week,
  rollback,
  reset,
  empty,
  chevrons,
  hash,
  moon,
  bell,
  cursor,
  brackets,
  light,
  heart,
  play,
  tick,
};

/** A motif with its centre at x, y; size is half its height. */
export const motif = (name, x, y, size, colour, accent = '#7db58e', more = '') =>
  g(ALL[name](colour, accent), `transform="translate(${n(x)} ${n(y)}) scale(${n(size) / 100}) ${more}"`);
export const DUCK_PATH = DUCK;

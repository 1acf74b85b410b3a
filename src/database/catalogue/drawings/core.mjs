// The small vocabulary every drawing is written in: colour mixing, gradients, blurs, clips and lit volumes.

import { boundsOf } from './bounds.mjs';

export const W = 1280;
export const H = 1600;

let serial = 0;
/** Ids restart with every picture so that the same drawing always gives the same bytes. */
export const resetIds = () => {
  serial = 0;
};
export const newId = (prefix = 'i') => `${prefix}${(serial += 1)}`;

const channels = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
const toHex = (rgb) =>
  `#${rgb
    .map((v) =>
      Math.max(0, Math.min(255, Math.round(v)))
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`;

export const mix = (a, b, t) => {
  const [x, y] = [channels(a), channels(b)];
  return toHex(x.map((v, i) => v + (y[i] - v) * t));
};
// Shadows lean to blue-violet and lights to cream: pure black and white would look dusty.
export const darken = (c, t) => mix(c, '#141221', t);
export const lighten = (c, t) => mix(c, '#fff8ea', t);
export const luminance = (c) => {
  const [r, g, b] = channels(c);
  return (0.3 * r + 0.59 * g + 0.11 * b) / 255;
};

const COLOURS = {
  Ink: '#2b3146',
  Bone: '#e6dccb',
  Moss: '#65735a',
  Clay: '#b3664b',
  Fog: '#aeb4b6',
  Ochre: '#cb9a43',
  Plum: '#684460',
  Oak: '#c79f6d',
  Walnut: '#75513b',
  Brass: '#bf9a52',
  Steel: '#a9adb2',
  Paper: '#f1eadc',
  Leather: '#8d5a38',
  Cork: '#b98a5c',
  Graphite: '#33343b',
  Green: '#6fae84',
  Red: '#c4523f',
};
export const ink = (name) => COLOURS[name] ?? name;
/** The colour a print takes on a ground: cream on dark cloth, ink on light cloth. */
export const printOn = (ground) => (luminance(ground) < 0.58 ? '#ece2cf' : '#2b3146');

export const n = (v) => Math.round(v * 10) / 10;
export const g = (content, attrs = '') => `<g ${attrs}>${content}</g>`;
export const at = (x, y, content, more = '') => g(content, `transform="translate(${n(x)} ${n(y)}) ${more}"`);
export const path = (d, attrs) => `<path d="${d}" ${attrs}/>`;
export const stroke = (d, colour, width, more = '') =>
  path(
    d,
    `fill="none" stroke="${colour}" stroke-width="${n(width)}" ${more.includes('linecap') ? '' : 'stroke-linecap="round"'} stroke-linejoin="round" ${more}`,
  );
export const rect = (x, y, w, h, r, attrs) => `<rect x="${n(x)}" y="${n(y)}" width="${n(w)}" height="${n(h)}" rx="${n(r)}" ${attrs}/>`;
export const ellipse = (cx, cy, rx, ry, attrs) => `<ellipse cx="${n(cx)}" cy="${n(cy)}" rx="${n(rx)}" ry="${n(ry)}" ${attrs}/>`;
export const roundRect = (x, y, w, h, r) =>
  `M${n(x + r)} ${n(y)}h${n(w - 2 * r)}a${r} ${r} 0 0 1 ${r} ${r}v${n(h - 2 * r)}a${r} ${r} 0 0 1 ${-r} ${r}h${n(-(w - 2 * r))}a${r} ${r} 0 0 1 ${-r} ${-r}v${n(-(h - 2 * r))}a${r} ${r} 0 0 1 ${r} ${-r}z`;
export const ovalPath = (cx, cy, rx, ry) =>
  `M${n(cx - rx)} ${n(cy)}a${n(rx)} ${n(ry)} 0 1 0 ${n(2 * rx)} 0a${n(rx)} ${n(ry)} 0 1 0 ${n(-2 * rx)} 0z`;

const stopList = (stops) =>
  stops.map(([offset, colour, opacity = 1]) => `<stop offset="${offset}" stop-color="${colour}" stop-opacity="${opacity}"/>`).join('');

/** Returns [definition, paint] so that a drawing can place the definition next to its use. */
export const linear = (stops, [x1, y1, x2, y2] = [0, 0, 0, 1], units = 'objectBoundingBox') => {
  const id = newId('l');
  return [
    `<linearGradient id="${id}" gradientUnits="${units}" x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}">${stopList(stops)}</linearGradient>`,
    `url(#${id})`,
  ];
};
export const radial = (stops, [cx, cy, r] = [0.5, 0.5, 0.5], units = 'objectBoundingBox', more = '') => {
  const id = newId('r');
  return [
    `<radialGradient id="${id}" gradientUnits="${units}" cx="${cx}" cy="${cy}" r="${r}" ${more}>${stopList(stops)}</radialGradient>`,
    `url(#${id})`,
  ];
};

export const blur = (content, amount, attrs = '') => {
  if (!content) return '';
  const id = newId('b');
  const { x, y, w, h } = boundsOf(content, amount * 3) ?? { x: -800, y: -800, w: 3600, h: 3600 };
  return `<filter id="${id}" filterUnits="userSpaceOnUse" x="${x}" y="${y}" width="${w}" height="${h}" color-interpolation-filters="sRGB"><feGaussianBlur stdDeviation="${n(amount)}"/></filter><g filter="url(#${id})" ${attrs}>${content}</g>`;
};

export const clip = (d, content, attrs = '') => {
  const id = newId('c');
  return `<clipPath id="${id}"><path d="${d}" ${attrs}/></clipPath><g clip-path="url(#${id})">${content}</g>`;
};

/**
 * A shape with the volume of cloth or clay: the outline is painted again inside itself, shifted away
 * from the light for the shade and towards it for the sheen. The light comes from the upper left.
 */
export const volume = (d, colour, options = {}) => {
  const { depth = 34, soft = 26, shade = 0.42, sheen = 0.3, inside = '', fill, dark: tone = darken(colour, 0.75) } = options;
  const [def, paint] = fill
    ? ['', fill]
    : linear(
        [
          [0, lighten(colour, 0.1)],
          [0.55, colour],
          [1, darken(colour, 0.16)],
        ],
        [0, 0, 0.75, 1],
      );
  const dark = blur(
    path(d, `fill="none" stroke="${tone}" stroke-width="${n(depth * 1.7)}" transform="translate(${n(-depth * 0.55)} ${n(-depth * 0.55)})"`),
    soft,
    `opacity="${shade}"`,
  );
  const light = blur(
    path(
      d,
      `fill="none" stroke="${lighten(colour, 0.75)}" stroke-width="${n(depth)}" transform="translate(${n(depth * 0.45)} ${n(depth * 0.45)})"`,
    ),
    soft * 0.8,
    `opacity="${sheen}"`,
  );
  return def + path(d, `fill="${paint}"`) + clip(d, light + dark + inside);
};

/** A shadow lying on the ground: a tight dark contact and a wide soft fall-off to the lower right. */
export const castShadow = (d, options = {}) => {
  const { dx = 26, dy = 34, soft = 30, opacity = 0.4, contact = 0.35, tint = '#1b1626' } = options;
  return (
    blur(path(d, `fill="${tint}"`), soft, `transform="translate(${dx} ${dy})" opacity="${opacity}"`) +
    blur(path(d, `fill="${tint}"`), 7, `transform="translate(${n(dx * 0.22)} ${n(dy * 0.22)})" opacity="${contact}"`)
  );
};

/** Soft creases: each is [path, width, opacity, 'd'ark or 'l'ight], to be clipped by the caller. */
export const creases = (list, colour, soft = 13) => {
  const draw = (kind, tone) =>
    list
      .filter((c) => c[3] === kind)
      .map(([d, w, o]) => stroke(d, tone, w, `opacity="${n(o * 8) / 10}"`))
      .join('');
  return blur(draw('d', darken(colour, 0.7)), soft) + blur(draw('l', lighten(colour, 0.65)), soft);
};

/** Repeats a drawing n times; the index comes in, the markup goes out. */
export const times = (count, draw) => Array.from({ length: count }, (_, i) => draw(i)).join('');

/** A small repeatable source of irregularity: hand-made things are never quite even. */
export const wobble = (seed) => {
  let state = seed * 7919 + 17;
  return () => {
    state = (state * 16807) % 2147483647;
    return state / 2147483647;
  };
};

export const svg = (content, w = W, h = H, view = `0 0 ${w} ${h}`) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${w}" height="${h}" viewBox="${view}">${content}</svg>`;

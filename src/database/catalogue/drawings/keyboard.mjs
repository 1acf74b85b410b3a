// Keyboards, macro pads, keycaps and the brass key, seen from above.

import {
  at,
  blur,
  castShadow,
  clip,
  darken,
  g,
  ink,
  lighten,
  linear,
  luminance,
  n,
  ovalPath,
  path,
  radial,
  rect,
  roundRect,
  stroke,
  times,
  volume,
} from './core.mjs';
import { motif } from './motifs.mjs';
import { glyph } from './letters.mjs';
import { TONES, flat } from './stage.mjs';

const U = 100;
// Rows of [width, legend, kind]; kind "a" is an accent cap, "m" a modifier.
const row = (text) => [...text].map((c) => [1, c]);
const BASE = [
  [[1, '<', 'a'], ...row('1234567890-='), [2, '', 'm'], [1, '', 'm']],
  [[1.5, '', 'm'], ...row('QWERTYUIOP[]'), [1.5, '/'], [1, '', 'm']],
  [[1.75, '', 'm'], ...row('ASDFGHJKL;'), [1, "'"], [2.25, '', 'a'], [1, '', 'm']],
  [[2.25, '', 'm'], ...row('ZXCVBNM,./'), [1.75, '', 'm'], [1, '^', 'm'], [1, '', 'm']],
  [
    [1.25, '', 'm'],
    [1.25, '', 'm'],
    [1.25, '', 'm'],
    [6.25, ''],
    [1, '', 'm'],
    [1, '', 'm'],
    [1, '', 'm'],
    [1, '<', 'm'],
    [1, 'v', 'm'],
    [1, '>', 'm'],
  ],
];
const FUNCTION_ROW = [
  [1, '<', 'a'],
  [1, null],
  ...Array(4).fill([1, '', 'm']),
  [0.5, null],
  ...Array(4).fill([1, '']),
  [0.5, null],
  ...Array(4).fill([1, '', 'm']),
];

const tints = (colour) => [
  linear(
    [
      [0, darken(colour, 0.1)],
      [0.5, darken(colour, 0.2)],
      [1, darken(colour, 0.42)],
    ],
    [0, 0, 0.6, 1],
  ),
  linear(
    [
      [0, lighten(colour, 0.2)],
      [0.5, lighten(colour, 0.05)],
      [1, darken(colour, 0.05)],
    ],
    [0, 0, 1, 1],
  ),
];

/** One sculpted cap: skirt, dished top and a lit upper edge. The paints are shared by all caps of a colour. */
const keycap = (x, y, w, legend, colour, [skirt, dish], legendTone, h = U) => {
  const W = w * U;
  return (
    rect(x + 3, y + 4, W - 4, h - 4, 15, 'fill="#0d0b14" opacity="0.5"') +
    rect(x + 3, y + 2, W - 6, h - 6, 14, `fill="${skirt}"`) +
    rect(x + 14, y + 6, W - 28, h - 28, 13, `fill="${dish}"`) +
    stroke(`M${n(x + 24)} ${n(y + 8)}H${n(x + W - 26)}`, lighten(colour, 0.75), 2.6, 'opacity="0.6"') +
    stroke(`M${n(x + 16)} ${n(y + 18)}V${n(y + h - 36)}`, lighten(colour, 0.7), 2, 'opacity="0.4"') +
    (legend ? glyph(legend, x + 36, y + h / 2 - 12, 17, legendTone, 4.6) : '')
  );
};

const palette = (options) => {
  const base = ink(options.colour);
  const mods = ink(options.mods ?? options.colour);
  const accent = ink(options.accent ?? 'Clay');
  const sets = { base: [base, tints(base)], m: [mods, tints(mods)], a: [accent, tints(accent)] };
  const defs = Object.values(sets)
    .map(([, t]) => t[0][0] + t[1][0])
    .join('');
  return {
    defs,
    cap: (x, y, [w, legend, kind = 'base']) => {
      if (legend === null) return '';
      const [c, [skirt, dish]] = sets[kind];
      return keycap(x, y, w, legend, c, [skirt[1], dish[1]], luminance(c) > 0.5 ? '#4a4c58' : '#e6ddcc');
    },
  };
};

const keyRows = (rows, cap) =>
  rows
    .map((keys, r) => {
      let x = 0;
      return keys
        .map((key) => {
          const drawn = cap(x, r * U, key);
          x += key[0] * U;
          return drawn;
        })
        .join('');
    })
    .join('');

const caseOf = (w, h, colour, border = 44) => {
  const outer = roundRect(-border, -border, w + 2 * border, h + 2 * border, 38);
  return (
    castShadow(outer, { dx: 34, dy: 46, soft: 34, opacity: 0.55 }) +
    g(path(outer, `fill="${darken(colour, 0.45)}"`), 'transform="translate(5 12)"') +
    volume(outer, colour, { depth: 18, soft: 10, sheen: 0.5 }) +
    stroke(roundRect(-border + 4, -border + 4, w + 2 * border - 8, h + 2 * border - 8, 35), lighten(colour, 0.6), 2.5, 'opacity="0.5"') +
    rect(-10, -10, w + 20, h + 20, 14, `fill="${darken(colour, 0.78)}"`) +
    blur(rect(-10, -10, w + 20, 20, 8, 'fill="#000"'), 8, 'opacity="0.4"')
  );
};

/** The board itself, its upper left key at 0 0. Options: colour, mods, accent, case, tkl. */
export const boardOnly = (options) => {
  const { defs, cap } = palette(options);
  const shell = ink(options.case ?? options.colour);
  if (!options.tkl) return defs + caseOf(1600, 500, shell) + keyRows(BASE, cap);
  const main = BASE.map((keys) => keys.slice(0, -1));
  const trim = [
    main[0],
    main[1],
    main[2],
    [...BASE[3].slice(0, 11), [2.75, '', 'm']],
    [...BASE[4].slice(0, 4), ...Array(4).fill([1.25, '', 'm'])],
  ];
  const nav = [0, 1].map((r) => [0, 1, 2].map((c) => cap(1530 + c * U, 130 + r * U, [1, '', 'm'])).join('')).join('');
  const arrows = [
    [1, 3, '^'],
    [0, 4, '<'],
    [1, 4, 'v'],
    [2, 4, '>'],
  ]
    .map(([c, r, k]) => cap(1530 + c * U, 130 + r * U, [1, k, 'm']))
    .join('');
  return (
    defs +
    caseOf(1830, 630, shell) +
    keyRows([FUNCTION_ROW], cap) +
    [0, 1, 2].map((c) => cap(1530 + c * U, 0, [1, '', 'm'])).join('') +
    at(0, 130, keyRows(trim, cap)) +
    nav +
    arrows
  );
};

const glow = () => {
  const [def, paint] = linear(
    [
      [0, '#fff3dd', 0.22],
      [0.45, '#fff3dd', 0],
      [1, '#0e0b18', 0.24],
    ],
    [0, 0, 1, 1],
  );
  return def + rect(0, 0, 1280, 1600, 0, `fill="${paint}"`);
};

/** A whole board placed at an angle so that it fills the portrait frame. */
export const keyboard = (options) => {
  const scale = options.scale ?? (options.tkl ? 0.86 : 0.94);
  const [w, h] = options.tkl ? [1830, 630] : [1600, 500];
  const cable =
    options.cable === false
      ? ''
      : at(
          640,
          800,
          g(
            blur(stroke('M500 -250C470 -420 640 -520 700 -900', '#14101c', 26), 12, 'opacity="0.4" transform="translate(16 22)"') +
              stroke('M500 -250C470 -420 640 -520 700 -900', '#4a4b55', 20) +
              stroke('M500 -250C470 -420 640 -520 700 -900', '#7b7c86', 8, 'stroke-dasharray="5 7" opacity="0.7"'),
          ),
          'rotate(-52)',
        );
  return (
    flat(TONES.keyboards) +
    cable +
    g(
      boardOnly(options),
      `transform="translate(${options.x ?? 640} ${options.y ?? 800}) rotate(${options.turn ?? -52}) scale(${scale}) translate(${-w / 2} ${-h / 2})"`,
    ) +
    glow()
  );
};

/** A field of loose caps in rows, for the keycap set. */
export const caps = (options) => {
  const { defs, cap } = palette(options);
  const tray = [
    row('!=>|&{}'),
    [[1, '<', 'a'], ...row('QWERTY')],
    [[1.5, '', 'm'], ...row('ASDFG')],
    [[1.75, '', 'm'], ...row('ZXCV'), [1.25, '', 'm']],
    [[1.25, '', 'm'], [1.5, '', 'a'], ...row('/;[]')],
    [[2.25, '', 'm'], ...row('+-*<')],
    [...row('12345'), [2, '', 'a']],
    [[1, '^', 'm'], ...row('67890='), [1, '', 'm']],
  ];
  const lined = tray.map((keys) => keys.map(([w, l, k]) => [w, l, k]));
  return (
    flat(TONES.keyboards) +
    defs +
    g(
      rect(-120, -120, 960, 1060, 40, `fill="${darken('#a79a86', 0.55)}"`) + keyRows(lined, cap),
      'transform="translate(640 800) rotate(-14) scale(1.9) translate(-370 -400)"',
    ) +
    glow()
  );
};

/** Nine keys and a knob. Options: colour. */
export const macroPad = (options) => {
  const colour = ink(options.colour);
  const { defs, cap } = palette({ ...options, mods: options.colour === 'Ink' ? 'Fog' : 'Moss', accent: 'Clay' });
  const keys = [0, 1, 2]
    .map((r) => [0, 1, 2].map((c) => cap(c * U, r * U, [1, '', r === 0 && c === 2 ? 'a' : (r + c) % 3 === 1 ? 'm' : 'base'])).join(''))
    .join('');
  const signs = [
    ['merge', 0, 0],
    ['rollback', 1, 0],
    ['tick', 2, 0],
    ['play', 0, 1],
    ['brackets', 1, 1],
    ['reset', 2, 1],
    ['heart', 0, 2],
    ['hash', 1, 2],
    ['cursor', 2, 2],
  ]
    .map(([m, c, r]) =>
      motif(
        m,
        c * U + 50,
        r * U + 42,
        17,
        (r === 0 && c === 2) || (options.colour === 'Ink' && (r + c) % 3 !== 1) ? '#f0e6d4' : '#3a3d4c',
        '#3a3d4c',
      ),
    )
    .join('');
  const [def, brass] = linear(
    [
      [0, '#ecd49a'],
      [0.4, '#bf9a52'],
      [1, '#6f5527'],
    ],
    [0, 0, 1, 1],
  );
  const knob =
    castShadow(ovalPath(240, -92, 56, 56), { dx: 10, dy: 18, soft: 12, opacity: 0.6 }) +
    def +
    `<circle cx="240" cy="-92" r="56" fill="${brass}"/><circle cx="240" cy="-92" r="44" fill="none" stroke="#7c6130" stroke-width="3" opacity="0.6"/>` +
    times(40, (i) => `<path d="M240 -147v8" stroke="#5d4620" stroke-width="3" opacity="0.6" transform="rotate(${i * 9} 240 -92)"/>`) +
    stroke('M240 -132V-108', '#4a3718', 6);
  const outer = roundRect(-44, -190, 388, 534, 40);
  const body =
    castShadow(outer, { dx: 30, dy: 40, soft: 26, opacity: 0.55 }) +
    g(path(outer, `fill="${darken(colour, 0.5)}"`), 'transform="translate(4 9)"') +
    volume(outer, colour, { depth: 18, soft: 10, sheen: 0.5 }) +
    rect(-10, -10, 320, 320, 16, `fill="${darken(colour, 0.78)}"`) +
    rect(0, -140, 130, 96, 12, `fill="${darken(colour, 0.8)}"`) +
    stroke('M18 -112h64M18 -92h94M18 -72h46', '#8fc7a1', 6, 'opacity="0.85"');
  return (
    flat(TONES.keyboards) +
    g(defs + body + keys + signs + knob, 'transform="translate(640 800) rotate(-12) scale(2.35) translate(-150 -80)"') +
    glow()
  );
};

const brassFace = (s, top) => {
  const [d1, side] = linear(
    [
      [0, '#a8813c'],
      [0.5, '#7c5c28'],
      [1, '#46331a'],
    ],
    [0, 0, 0.7, 1],
  );
  const [d2, face] = linear(
    [
      [0, '#f3e0ac'],
      [0.3, '#d2ad63'],
      [0.62, '#b48d45'],
      [1, '#8b6a32'],
    ],
    [0, 0, 1, 1],
  );
  const [d3, shine] = radial(
    [
      [0, '#fff6da', 0.8],
      [1, '#fff6da', 0],
    ],
    [0.3, 0.26, 0.42],
  );
  const dish = roundRect(top[0], top[1], top[2], top[3], 0.09 * s);
  return (
    d1 +
    d2 +
    d3 +
    path(roundRect(0, 0, s, s, 0.1 * s), `fill="${side}"`) +
    times(26, (i) =>
      stroke(`M${n(s * 0.06)} ${n(s * (0.84 + i * 0.006))}H${n(s * 0.94)}`, i % 2 ? '#e8cc8a' : '#3b2a12', 1.4, 'opacity="0.2"'),
    ) +
    path(dish, `fill="${face}"`) +
    path(dish, `fill="${shine}"`) +
    stroke(dish, '#fbeec6', s * 0.007, 'opacity="0.7"') +
    clip(dish, blur(stroke(`M${s} ${n(s * 0.1)}L${n(s * 0.55)} ${s}`, '#fff4d0', s * 0.09), s * 0.04, 'opacity="0.4"'))
  );
};

/** The brass key by itself, large and slightly turned. */
export const brassKey = () => {
  const s = 720;
  const top = [104, 44, 512, 520];
  const outline = roundRect(0, 0, s, s, 72);
  const sign = (c, d) => at(d, d, stroke('M300 180L210 290L300 400M214 290H510', c, 30));
  return (
    flat(TONES.keyboards) +
    g(
      castShadow(outline, { dx: 70, dy: 110, soft: 50, opacity: 0.6, contact: 0.5 }) +
        brassFace(s, top) +
        sign('#f6e3ae', 5) +
        sign('#5a4219', 0),
      'transform="translate(640 800) rotate(-14) translate(-360 -360)"',
    ) +
    glow()
  );
};

/** The brass key in the corner of a board, close. */
export const brassOnBoard = () => {
  const board = boardOnly({ colour: 'Ink', mods: 'Ink', accent: 'Ink' });
  const key = g(brassFace(94, [12, 5, 70, 70]) + stroke('M42 28L30 40L42 52M31 40H64', '#5a4219', 4.4), 'transform="translate(3 2)"');
  return (
    flat(TONES.keyboards) +
    g(board + rect(0, 0, 100, 100, 12, 'fill="#0d0b14"') + key, 'transform="translate(330 520) rotate(-16) scale(3.1)"') +
    glow()
  );
};

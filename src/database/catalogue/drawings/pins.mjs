// Stickers, enamel pins and embroidered patches.

import {
  W,
  H,
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
  roundRect,
  stroke,
  times,
  volume,
} from './core.mjs';
import { DUCK_PATH, motif } from './motifs.mjs';
import { TONES, flat } from './stage.mjs';

const tone = (colour) => (luminance(colour) < 0.58 ? '#f1e7d4' : '#2b3146');
const gloss = (d) => {
  const [def, paint] = linear(
    [
      [0, '#fff', 0.26],
      [0.5, '#fff', 0],
      [1, '#141020', 0.16],
    ],
    [0, 0, 1, 1],
  );
  return def + path(d, `fill="${paint}"`);
};

/** One sticker: white edge, print, a hint of thickness. */
const sticker = (x, y, r, name, colour, shape = 'round', turn = 0) => {
  const outline = (k) =>
    ({
      round: ovalPath(0, 0, r + k, r + k),
      wide: roundRect(-r * 1.35 - k, -r * 0.8 - k, r * 2.7 + 2 * k, r * 1.6 + 2 * k, r * 0.34),
      square: roundRect(-r - k, -r - k, 2 * (r + k), 2 * (r + k), r * 0.3),
      hex: `M${times(6, (i) => `${n((r + k) * 1.06 * Math.cos((i * Math.PI) / 3 + 0.52))} ${n((r + k) * 1.06 * Math.sin((i * Math.PI) / 3 + 0.52))}${i < 5 ? 'L' : 'Z'}`)}`,
    })[shape];
  const edge = r * 0.1;
  return at(
    x,
    y,
    castShadow(outline(edge), { dx: r * 0.04, dy: r * 0.05, soft: r * 0.05, opacity: 0.45, contact: 0.3 }) +
      path(outline(edge), 'fill="#faf6ec"') +
      path(outline(0), `fill="${ink(colour)}"`) +
      motif(name, 0, 0, r * 0.6, tone(ink(colour))) +
      gloss(outline(edge)),
    `rotate(${turn})`,
  );
};

const SHEET = [
  ['merge', 'Ink', 'round'],
  ['cursor', 'Ochre', 'square'],
  ['semicolon', 'Bone', 'round'],
  ['duck', 'Ochre', 'hex'],
  ['brackets', 'Moss', 'square'],
  ['rollback', 'Clay', 'round'],
  ['tree', 'Bone', 'hex'],
  ['hash', 'Ink', 'square'],
  ['terminal', 'Moss', 'round'],
  ['moon', 'Plum', 'round'],
  ['light', 'Fog', 'hex'],
  ['chevrons', 'Clay', 'square'],
];

export const stickerSheet = () => {
  const sheet = roundRect(170, 110, 940, 1380, 30);
  return (
    flat(TONES.pins) +
    g(
      castShadow(sheet, { dx: 26, dy: 36, soft: 28, opacity: 0.5 }) +
        volume(sheet, '#f0ebe0', { depth: 12, soft: 10, shade: 0.2 }) +
        SHEET.map(([m, c, s], i) => sticker(330 + (i % 3) * 310, 300 + Math.floor(i / 3) * 330, 118, m, c, s)).join('') +
        path('M1110 1330V1460A30 30 0 0 1 1080 1490H950Z', 'fill="#d9d2c2"') +
        blur(stroke('M1108 1332L952 1488', '#fff', 8), 4, 'opacity="0.8"'),
      'transform="rotate(5 640 800) translate(640 800) scale(1.02) translate(-640 -800)"',
    )
  );
};

export const laptopLid = () => {
  const lid = roundRect(-200, 130, 1320, 1900, 70);
  const [def, alu] = linear(
    [
      [0, '#c9cbcd'],
      [0.4, '#a9acb1'],
      [1, '#777a83'],
    ],
    [0, 0, 1, 1],
  );
  return (
    flat(TONES.pins) +
    g(
      castShadow(lid, { dx: 40, dy: 50, soft: 36, opacity: 0.6 }) +
        def +
        path(lid, `fill="${alu}"`) +
        stroke(roundRect(-196, 134, 1312, 1892, 67), '#eef0f0', 4, 'opacity="0.7"') +
        sticker(790, 430, 170, 'duck', 'Ochre', 'hex', 8) +
        sticker(430, 760, 190, 'merge', 'Ink', 'round', -10) +
        sticker(780, 1060, 170, 'brackets', 'Clay', 'wide', 4),
      'transform="rotate(-9 640 800)"',
    )
  );
};

export const scattered = () =>
  flat(TONES.pins) +
  [
    ['rollback', 'Clay', 'round', 310, 280, 190, -14],
    ['tree', 'Bone', 'hex', 880, 260, 210, 12],
    ['hash', 'Ink', 'square', 590, 560, 170, 20],
    ['duck', 'Ochre', 'round', 1010, 720, 210, -8],
    ['brackets', 'Moss', 'wide', 270, 800, 170, 10],
    ['merge', 'Plum', 'hex', 650, 1000, 200, -16],
    ['cursor', 'Fog', 'square', 230, 1230, 170, -10],
    ['terminal', 'Ink', 'round', 1030, 1260, 200, 10],
    ['semicolon', 'Ochre', 'square', 640, 1390, 150, 6],
    ['moon', 'Ink', 'round', 90, 520, 140, 0],
  ]
    .map(([m, c, s, x, y, r, t]) => sticker(x, y, r, m, c, s, t))
    .join('');

const card = (content, size = 1) => {
  const board = roundRect(250, 190, 780, 1200, 26);
  const [d, hole] = radial(
    [
      [0, '#2a242c'],
      [1, '#6d665f'],
    ],
    [0.6, 0.6, 0.6],
  );
  return (
    flat(TONES.pins) +
    g(
      castShadow(board, { dx: 28, dy: 40, soft: 30, opacity: 0.5 }) +
        volume(board, '#ded2bb', { depth: 14, soft: 12, shade: 0.25 }) +
        d +
        `<circle cx="640" cy="270" r="28" fill="${hole}"/>` +
        stroke('M500 1200H780M560 1250H720', '#7d7263', 7, 'opacity="0.7"') +
        stroke(roundRect(282, 222, 716, 1136, 14), '#a99b84', 3, 'opacity="0.7"') +
        at(640, 740, content, `scale(${size})`),
      'transform="rotate(-6 640 800) translate(640 800) scale(1.06) translate(-640 -790)"',
    )
  );
};

/** Metal outline with enamel inside: the metal stands a little above the colour. */
const enamel = (outer, inner, metal, colour, art) => {
  const [def, rim] = linear(
    [
      [0, lighten(metal, 0.65)],
      [0.45, metal],
      [1, darken(metal, 0.5)],
    ],
    [0, 0, 1, 1],
  );
  const [def2, shine] = linear(
    [
      [0, '#fff', 0.5],
      [0.3, '#fff', 0.05],
      [1, '#fff', 0],
    ],
    [0, 0, 0.8, 1],
  );
  return (
    castShadow(outer, { dx: 18, dy: 26, soft: 16, opacity: 0.6, contact: 0.5 }) +
    def +
    def2 +
    path(outer, `fill="${rim}"`) +
    path(inner, `fill="${colour}"`) +
    clip(inner, art + blur(path(inner, `fill="none" stroke="#0f0b14" stroke-width="18"`), 8, 'opacity="0.5" transform="translate(5 6)"')) +
    clip(inner, path(inner, `fill="${shine}"`)) +
    stroke(outer, lighten(metal, 0.8), 3, 'opacity="0.6"')
  );
};

/** Options: metal. */
export const roundPin = (options) =>
  card(
    enamel(
      ovalPath(0, 0, 270, 270),
      ovalPath(0, 0, 244, 244),
      ink(options.metal),
      ink('Ink'),
      motif('pull', 0, 4, 150, lighten(ink(options.metal), 0.35)),
    ),
  );

export const lightPin = () => {
  const lamp = (y, c, lit) => {
    const [d, p] = radial(
      [
        [0, lit ? '#e7ffe9' : lighten(c, 0.2)],
        [0.4, c],
        [1, darken(c, 0.5)],
      ],
      [0.4, 0.36, 0.7],
    );
    return (
      (lit ? blur(`<circle cx="0" cy="${y}" r="120" fill="${c}"/>`, 30, 'opacity="0.6"') : '') +
      `<circle cx="0" cy="${y}" r="84" fill="${darken(ink('Brass'), 0.1)}"/>` +
      d +
      `<circle cx="0" cy="${y}" r="72" fill="${p}"/>` +
      times(lit ? 8 : 0, (i) =>
        stroke(`M0 ${y}L${n(66 * Math.cos(i * 0.785))} ${n(y + 66 * Math.sin(i * 0.785))}`, '#2f6b45', 4, 'opacity="0.35"'),
      )
    );
  };
  return card(
    enamel(
      roundRect(-160, -340, 320, 680, 90),
      roundRect(-138, -318, 276, 636, 72),
      ink('Brass'),
      '#2a2d3b',
      lamp(-206, '#6b3a36') + lamp(0, '#7a6034') + lamp(206, '#59b87c', true),
    ),
  );
};

export const duckPin = () =>
  card(
    g(
      castShadow(DUCK_PATH, { dx: 7, dy: 10, soft: 6, opacity: 0.6 }) +
        path(DUCK_PATH, `fill="${ink('Brass')}" stroke="${darken(ink('Brass'), 0.25)}" stroke-width="14" stroke-linejoin="round"`) +
        path(DUCK_PATH, `fill="none" stroke="${lighten(ink('Brass'), 0.5)}" stroke-width="8" transform="translate(-1 -1)"`) +
        path(DUCK_PATH, `fill="#e0a93f"`) +
        clip(
          DUCK_PATH,
          path('M-70 -50L-30 -44L-30 -14L-66 -20Z', `fill="${ink('Clay')}"`) +
            blur(path(DUCK_PATH, 'fill="none" stroke="#5a3408" stroke-width="12"'), 5, 'opacity="0.5"') +
            blur(stroke('M-10 -78C20 -76 34 -60 32 -44', '#fff', 7), 3, 'opacity="0.7"') +
            blur(stroke('M-70 10C-40 0 20 8 60 0', '#fff', 7), 4, 'opacity="0.4"'),
        ) +
        stroke('M-18 22C4 42 38 36 52 12', darken(ink('Brass'), 0.1), 5) +
        '<circle cx="-6" cy="-52" r="9" fill="#22202b"/><circle cx="-9" cy="-55" r="3" fill="#fff"/>',
      'transform="scale(-3 3)"',
    ),
  );

/** Options: colour. The merrowed edge is a ring of slanted threads. */
export const patch = (options) => {
  const colour = ink(options.colour);
  const thread = ink('Bone');
  const disc = ovalPath(0, 0, 440, 440);
  const twill = times(
    64,
    (i) =>
      stroke(`M-500 ${-1000 + i * 30}L500 ${i * 30}`, darken(colour, 0.6), 4, 'opacity="0.14"') +
      stroke(`M-500 ${-1012 + i * 30}L500 ${i * 30 - 12}`, lighten(colour, 0.6), 3, 'opacity="0.12"'),
  );
  const rim = times(180, (i) => stroke('M-6 -478L10 -414', i % 2 ? thread : darken(thread, 0.2), 15, `transform="rotate(${i * 2})"`));
  const sign = 'M-80 -230L-150 230M150 -230L80 230M-250 -90H260M-260 100H250';
  return (
    flat(TONES.pins) +
    g(
      castShadow(ovalPath(0, 0, 480, 480), { dx: 30, dy: 44, soft: 30, opacity: 0.55 }) +
        volume(disc, colour, { depth: 36, soft: 24 }) +
        clip(disc, twill) +
        rim +
        blur(`<circle r="446" fill="none" stroke="#1a1320" stroke-width="16"/>`, 7, 'opacity="0.4"') +
        blur(stroke(sign, '#140f1a', 66, 'transform="translate(8 12)"'), 7, 'opacity="0.5"') +
        stroke(sign, darken(thread, 0.15), 64) +
        stroke(sign, thread, 52, 'transform="translate(-3 -4)"') +
        stroke(sign, darken(thread, 0.5), 56, 'stroke-dasharray="1.6 6" stroke-linecap="butt" opacity="0.45"'),
      `transform="translate(${W / 2} ${H / 2}) rotate(-7) scale(1.08)"`,
    )
  );
};

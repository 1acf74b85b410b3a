// For the room: the rubber duck, candle, throw, build light and cushion.

import {
  at,
  blur,
  castShadow,
  clip,
  creases,
  darken,
  ellipse,
  g,
  ink,
  lighten,
  n,
  path,
  printOn,
  radial,
  rect,
  roundRect,
  stroke,
  times,
  volume,
  wobble,
} from './core.mjs';
import { canvasWeave, embroidered, stitches, wrinkles } from './cloth.mjs';
import { motif } from './motifs.mjs';
import { TONES, cove, flat, footShadow } from './stage.mjs';
import { mouth, turned } from './turned.mjs';

const BODY =
  'M190 830C170 790 210 776 260 800C330 830 400 830 480 790C560 750 640 740 720 760C900 780 1040 850 1050 1010C1060 1190 900 1290 660 1294C420 1298 260 1240 220 1090C196 1000 210 900 190 830Z';
const HEAD = 'M560 570C560 420 670 320 800 320C940 320 1040 420 1040 560C1040 700 940 800 800 806C660 806 560 710 560 570Z';
const WING = 'M380 920C470 890 640 890 740 940C760 1060 680 1140 560 1140C440 1140 350 1060 380 920Z';
const BEAK = 'M1004 560C1060 530 1150 540 1180 580C1190 600 1180 620 1150 624C1170 640 1160 664 1130 666C1070 676 1010 660 984 634Z';

/** The duck without a room, standing on y 1290. Options: colour. */
export const duckOnly = (options) => {
  const colour = options.colour === 'Ochre' ? '#dca53a' : ink(options.colour);
  // Yellow rubber shades towards brown; the general violet shade would turn it olive.
  const warm = options.colour === 'Ochre' ? { dark: '#7a3f0c' } : {};
  const beak = options.colour === 'Ochre' ? '#b8552f' : options.colour === 'Plum' ? '#c98a4a' : '#c98443';
  const glow = (x, y, rx, ry, o) => blur(ellipse(x, y, rx, ry, 'fill="#fffaf0"'), Math.min(rx, ry) * 0.5, `opacity="${o}"`);
  return (
    footShadow(640, 1284, 380, 0.8) +
    volume(BODY, colour, {
      ...warm,
      depth: 110,
      soft: 72,
      shade: 0.55,
      sheen: 0.45,
      inside: blur(ellipse(820, 840, 210, 60, `fill="${warm.dark ?? darken(colour, 0.75)}"`), 34, 'opacity="0.45"'),
    }) +
    clip(
      BODY,
      glow(420, 900, 130, 50, 0.4) + blur(stroke('M240 1240Q640 1360 1040 1200', lighten(colour, 0.7), 16), 10, 'opacity="0.35"'),
    ) +
    castShadow(WING, { dx: 6, dy: 16, soft: 14, opacity: 0.35, contact: 0.15 }) +
    volume(WING, colour, { ...warm, depth: 50, soft: 34, shade: 0.45 }) +
    clip(WING, glow(480, 960, 60, 24, 0.4)) +
    volume(HEAD, colour, { ...warm, depth: 110, soft: 70, shade: 0.55, sheen: 0.5 }) +
    glow(690, 440, 64, 46, 0.6) +
    glow(672, 424, 20, 13, 0.9) +
    castShadow(BEAK, { dx: -2, dy: 12, soft: 9, opacity: 0.3, contact: 0.1 }) +
    volume(BEAK, beak, { depth: 26, soft: 18, shade: 0.5 }) +
    stroke('M1000 610C1060 624 1110 628 1150 622', darken(beak, 0.55), 5, 'opacity="0.7"') +
    ellipse(900, 520, 40, 50, 'fill="#23202a"') +
    ellipse(886, 500, 13, 16, 'fill="#fff"') +
    ellipse(912, 544, 9, 7, 'fill="#8a8694" opacity="0.8"')
  );
};
export const duck = (options) =>
  cove(TONES.home, 1120) + g(duckOnly(options), 'transform="translate(640 800) scale(1.1) translate(-680 -830)"');

const CUP =
  'M300 640C300 630 306 626 316 626H964C974 626 980 630 980 640C984 880 976 1120 960 1250C954 1300 930 1318 880 1326C720 1346 560 1346 400 1326C350 1318 326 1300 320 1250C304 1120 296 880 300 640Z';

/** Options: colour, lit. */
export const candle = (options) => {
  const colour = ink(options.colour);
  const wax = '#efe3cc';
  const [d, flame] = radial(
    [
      [0, '#fffdf2'],
      [0.4, '#ffe3a0'],
      [0.8, '#f0a14c'],
      [1, '#d9772f', 0.4],
    ],
    [0.5, 0.72, 0.62],
  );
  const fire = 'M640 300C690 380 704 450 690 500C680 540 600 540 590 500C576 450 600 390 640 300Z';
  const halo = options.lit ? blur(ellipse(640, 440, 380, 400, 'fill="#ffdf9c"'), 120, 'opacity="0.55"') : '';
  const label = roundRect(470, 850, 340, 250, 8);
  return (
    cove(TONES.home, 1150) +
    (options.lit ? rect(0, 0, 1280, 1600, 0, 'fill="#2a1c26" opacity="0.22"') : '') +
    halo +
    g(
      footShadow(640, 1334, 320) +
        turned(CUP, colour, { x: 300, w: 680, top: 640, bottom: 1336, gloss: 0.45 }) +
        volume(label, ink('Paper'), { depth: 8, soft: 8, shade: 0.25 }) +
        clip(
          label,
          rect(470, 850, 340, 250, 0, 'fill="#1a1420" opacity="0.07"') + path('M680 850H810V1100H740Z', 'fill="#1a1420" opacity="0.1"'),
        ) +
        motif('hash', 640, 940, 46, '#3a3440') +
        stroke('M560 1030H720M590 1062H690', '#3a3440', 6) +
        mouth(640, 640, 340, 94, colour, { rim: lighten(colour, 0.15), lip: 18, fill: wax, level: 0.14 }) +
        (options.lit ? blur(ellipse(640, 650, 190, 46, 'fill="#fff1c4"'), 22, 'opacity="0.95"') : '') +
        stroke('M640 652C636 610 646 580 642 556', '#2a2226', 11) +
        (options.lit
          ? d +
            blur(path(fire, 'fill="#f7b75c"'), 22, 'opacity="0.9" transform="translate(0 30)"') +
            g(path(fire, `fill="${flame}"`), 'transform="translate(0 34)"')
          : ''),
      'transform="translate(640 800) scale(1.08) translate(-640 -850)"',
    )
  );
};

const THROW =
  'M170 360C180 320 220 300 270 300C520 284 800 284 1030 300C1080 304 1110 330 1112 380C1124 680 1124 940 1116 1180C1112 1216 1090 1232 1050 1236C780 1250 500 1250 230 1236C190 1232 168 1216 166 1180C158 920 158 640 170 360Z';

/** Folded, fringe at the lower edge. Options: colour. */
export const throwBlanket = (options) => {
  const colour = ink(options.colour);
  const next = wobble(21);
  const pale = lighten(colour, 0.72);
  const squares = times(15, (r) =>
    times(16, (c) => {
      const v = next();
      return rect(190 + c * 58, 328 + r * 61, 46, 46, 5, `fill="${mixTone(colour, pale, v)}" opacity="0.92"`);
    }),
  );
  const fringe = (dy) =>
    times(72, (i) => {
      const x = 190 + i * 12.6;
      return stroke(
        `M${n(x)} ${1220 + dy}C${n(x - 4 + next() * 8)} ${1260 + dy} ${n(x - 10 + next() * 20)} ${1290 + dy} ${n(x - 10 + next() * 20)} ${n(1316 + dy + next() * 18)}`,
        i % 3 ? colour : pale,
        7,
      );
    });
  const layer = (dy, t) => g(volume(THROW, darken(colour, t), { depth: 24, soft: 16 }), `transform="translate(0 ${dy})"`);
  return (
    flat(TONES.home) +
    g(
      castShadow(THROW, { dx: 44, dy: 100, soft: 40, opacity: 0.55 }) +
        g(fringe(56), 'opacity="0.9"') +
        layer(66, 0.28) +
        layer(44, 0.18) +
        layer(22, 0.1) +
        volume(THROW, colour, { depth: 54, soft: 40, inside: squares }) +
        clip(
          THROW,
          creases(
            [
              ['M180 800C400 840 700 780 1110 830', 50, 0.24, 'd'],
              ['M180 740C400 780 700 720 1110 770', 30, 0.2, 'l'],
              ['M400 310C420 500 380 700 420 900', 40, 0.16, 'd'],
            ],
            colour,
            22,
          ) + blur(path(THROW, 'fill="none" stroke="#120e18" stroke-width="80" transform="translate(-26 -26)"'), 34, 'opacity="0.4"'),
        ) +
        canvasWeave(THROW, colour, 1, 0.07) +
        wrinkles(THROW, 14, 0.26),
      'transform="rotate(-7 640 800) translate(0 0)"',
    )
  );
};
const mixTone = (a, b, v) => (v < 0.25 ? lighten(a, 0.1) : v < 0.5 ? lighten(a, 0.26) : v < 0.78 ? lighten(a, 0.46) : b);

/** The lamp without a room, standing on y 1400. Options: colour. */
export const buildLightOnly = (options) => {
  const colour = ink(options.colour);
  const shell = roundRect(420, 260, 440, 1100, 110);
  const lamp = (y, tone, lit) => {
    const [d, p] = radial(
      lit
        ? [
            [0, '#f4fff2'],
            [0.35, lighten(tone, 0.5)],
            [0.75, tone],
            [1, darken(tone, 0.25)],
          ]
        : [
            [0, lighten(tone, 0.3)],
            [0.5, tone],
            [1, darken(tone, 0.6)],
          ],
      [0.4, 0.36, 0.7],
    );
    return (
      `<circle cx="640" cy="${y}" r="148" fill="${darken(colour, 0.55)}"/><circle cx="640" cy="${y}" r="140" fill="none" stroke="${lighten(colour, 0.4)}" stroke-width="3" opacity="0.6"/>` +
      d +
      `<circle cx="640" cy="${y}" r="126" fill="${p}"/>` +
      blur(ellipse(596, y - 52, 34, 20, 'fill="#fff"'), 9, 'opacity="0.75"')
    );
  };
  const cable = 'M850 1330C1000 1360 1100 1420 1400 1400';
  return (
    blur(ellipse(640, 1130, 420, 420, 'fill="#8fe0a4"'), 110, 'opacity="0.5"') +
    footShadow(640, 1404, 230, 1.2) +
    blur(ellipse(640, 1440, 260, 36, 'fill="#9be8ae"'), 34, 'opacity="0.45"') +
    stroke(cable, '#2c2a32', 22) +
    stroke(cable, '#62606a', 7, 'transform="translate(0 -5)"') +
    turned('M440 1330H840L852 1390C852 1408 428 1408 428 1390Z', darken(colour, 0.2), {
      x: 428,
      w: 424,
      top: 1330,
      bottom: 1406,
      gloss: 0.5,
    }) +
    volume(shell, colour, { depth: 70, soft: 46, shade: 0.5, sheen: 0.4 }) +
    lamp(470, '#6d4642', false) +
    lamp(800, '#7d6a44', false) +
    blur(ellipse(640, 1130, 190, 190, 'fill="#7fd79a"'), 40, 'opacity="0.55"') +
    lamp(1130, '#5fbf83', true)
  );
};
export const buildLight = (options) =>
  cove(TONES.home, 1190) +
  rect(0, 0, 1280, 1600, 0, 'fill="#221c28" opacity="0.2"') +
  g(buildLightOnly(options), 'transform="translate(640 800) scale(1.08) translate(-640 -840)"');

const CUSHION =
  'M150 330C170 290 210 300 250 316C500 372 780 372 1030 316C1070 300 1110 290 1130 330C1140 360 1120 400 1112 440C1066 660 1066 900 1112 1130C1120 1180 1140 1220 1130 1250C1110 1290 1070 1280 1030 1264C780 1210 500 1210 250 1264C210 1280 170 1290 150 1250C140 1220 160 1180 168 1130C214 900 214 660 168 440C160 400 140 360 150 330Z';

/** Options: colour. */
export const cushion = (options) => {
  const colour = ink(options.colour);
  const folds = creases(
    [
      ['M170 350C240 440 300 480 380 520', 34, 0.5, 'd'],
      ['M1110 350C1040 440 980 480 900 520', 34, 0.5, 'd'],
      ['M170 1230C250 1140 300 1110 380 1070', 34, 0.5, 'd'],
      ['M1110 1230C1030 1140 980 1110 900 1070', 34, 0.5, 'd'],
      ['M210 350C280 430 340 460 410 490', 20, 0.4, 'l'],
      ['M500 360C520 420 510 460 490 500', 26, 0.3, 'd'],
      ['M800 360C780 420 790 460 810 500', 26, 0.3, 'd'],
      ['M450 1220C470 1160 460 1120 440 1090', 26, 0.3, 'd'],
    ],
    colour,
    18,
  );
  return (
    flat(TONES.home) +
    g(
      castShadow(CUSHION, { dx: 44, dy: 64, soft: 44, opacity: 0.55 }) +
        volume(CUSHION, colour, { depth: 100, soft: 70, shade: 0.46, sheen: 0.26, inside: folds }) +
        canvasWeave(CUSHION, colour, 0.9, 0.06) +
        wrinkles(CUSHION, 37, 0.3) +
        embroidered((c) => motif('reset', 640, 790, 200, c), printOn(colour)) +
        stitches('M196 350C500 404 780 404 1084 350', colour, { dash: '8 7' }) +
        at(0, 0, stroke(CUSHION, lighten(colour, 0.3), 5, 'opacity="0.35"')),
      'transform="rotate(-9 640 800) translate(640 800) scale(1.08) translate(-640 -790)"',
    )
  );
};

// T-shirts: laid flat, and folded to a square.

import { blur, castShadow, clip, creases, darken, g, ink, lighten, luminance, printOn, rect, stroke, volume } from './core.mjs';
import { knit, printed, ribs, seam, stitches, wrinkles } from './cloth.mjs';
import { motif } from './motifs.mjs';
import { TONES, flat } from './stage.mjs';

const BODY =
  'M486 232C430 250 390 262 344 284C330 420 338 520 342 640C346 900 336 1150 326 1392C520 1414 760 1414 954 1392C944 1150 934 900 938 640C942 520 950 420 936 284C890 262 850 250 794 232C744 318 536 318 486 232Z';
const SLEEVE =
  'M352 280C286 304 240 360 206 434C164 528 124 624 98 700C96 712 100 722 114 728C180 758 250 782 316 796C328 798 338 792 340 780C346 700 350 560 356 440Z';
const COLLAR = 'M486 232C536 332 744 332 794 232L766 222C716 296 564 296 514 222Z';
const BACK_NECK = 'M514 222C560 206 720 206 766 222C716 300 564 300 514 222Z';
const POCKET = 'M716 520H858V650L787 688L716 650Z';

const mirrored = (content) => g(content, 'transform="translate(1280 0) scale(-1 1)"');

const sleeveFolds = (colour) =>
  creases(
    [
      ['M344 470C300 500 250 520 190 500', 24, 0.34, 'd'],
      ['M344 440C300 466 250 482 206 466', 15, 0.3, 'l'],
      ['M338 640C280 640 220 610 150 590', 24, 0.3, 'd'],
      ['M336 604C280 604 230 580 170 560', 14, 0.28, 'l'],
    ],
    colour,
  );

// The light stays upper left on both sides, so the right sleeve is drawn mirrored but shaded on its own.
const RIGHT_SLEEVE =
  'M928 280C994 304 1040 360 1074 434C1116 528 1156 624 1182 700C1184 712 1180 722 1166 728C1100 758 1030 782 964 796C952 798 942 792 940 780C934 700 930 560 924 440Z';
const sleeves = (colour) =>
  volume(SLEEVE, colour, { depth: 34, soft: 28, shade: 0.34, inside: sleeveFolds(colour) }) +
  volume(RIGHT_SLEEVE, colour, { depth: 34, soft: 28, shade: 0.4, inside: mirrored(sleeveFolds(colour)) }) +
  stitches('M110 690C180 722 250 744 330 760', colour) +
  mirrored(stitches('M110 690C180 722 250 744 330 760', colour));

const folds = (colour) =>
  creases(
    [
      ['M352 700C420 740 470 820 480 920', 28, 0.26, 'd'],
      ['M930 700C860 740 812 830 800 940', 28, 0.3, 'd'],
      ['M356 640C440 690 520 700 590 690', 18, 0.22, 'd'],
      ['M924 640C840 690 760 700 700 690', 18, 0.22, 'd'],
      ['M356 612C440 658 520 668 590 660', 14, 0.24, 'l'],
      ['M440 1390C430 1300 450 1200 470 1110', 30, 0.22, 'd'],
      ['M470 1390C462 1300 480 1220 500 1150', 16, 0.22, 'l'],
      ['M820 1390C836 1290 812 1190 790 1120', 30, 0.26, 'd'],
      ['M640 1390C650 1320 640 1250 632 1210', 24, 0.16, 'd'],
      ['M500 330C560 400 720 400 780 330', 36, 0.24, 'd'],
    ],
    colour,
    16,
  );

const collar = (colour) =>
  volume(BACK_NECK, darken(colour, 0.36), { depth: 30, soft: 18, sheen: 0.05 }) +
  rect(602, 226, 76, 34, 4, `fill="${luminance(colour) > 0.5 ? '#f6f0e4' : '#d9cfbd'}" opacity="0.85"`) +
  blur(stroke('M486 236C536 336 744 336 794 236', darken(colour, 0.8), 16), 7, 'opacity="0.45"') +
  volume(COLLAR, colour, { depth: 12, soft: 7, shade: 0.4 }) +
  ribs(COLLAR, colour, [470, 210, 810, 210], [560, 330, 720, 330], 60, 2.4) +
  stitches('M480 240C534 344 746 344 800 240', colour, { dash: '7 5' });

const pocket = (colour) =>
  castShadow(POCKET, { dx: 4, dy: 6, soft: 6, opacity: 0.34, contact: 0.2 }) +
  volume(POCKET, colour, { depth: 10, soft: 9, shade: 0.3 }) +
  stitches('M722 532V646L787 680L852 646V532M722 540H852M722 532H852', colour, { dash: '7 5' });

const art = (options, colour) => {
  const { print, size = 130, x = 640, y = 590, accent } = options;
  const tone = options.tone ?? printOn(colour);
  return print ? printed(motif(print, x, y, size, tone, accent)) : '';
};

/** Options: colour, print, size, x, y, tone, accent, pocket, close. */
export const tee = (options) => {
  const colour = ink(options.colour);
  const garment =
    castShadow(BODY + SLEEVE + RIGHT_SLEEVE, { dx: 26, dy: 34, soft: 28, opacity: 0.46 }) +
    sleeves(colour) +
    volume(BODY, colour, { depth: 34, soft: 32, shade: 0.34, inside: folds(colour) }) +
    seam('M349 290C342 420 344 560 348 660M931 290C938 420 936 560 932 660', colour) +
    stitches('M330 1362C520 1384 760 1384 950 1362M330 1372C520 1394 760 1394 950 1372', colour) +
    art(options, colour) +
    (options.pocket ? pocket(colour) : '') +
    (options.close ? knit(BODY, colour, 0.42) : '') +
    (options.close ? '' : wrinkles(BODY + SLEEVE + RIGHT_SLEEVE, 23, 0.24)) +
    collar(colour);
  return flat(TONES.tees) + g(garment, 'transform="translate(640 800) scale(1.04) translate(-640 -806)"');
};

const SQUARE =
  'M330 330C430 300 470 296 500 296C560 372 720 372 780 296C820 296 860 302 950 330C986 344 1006 380 1012 430C1024 700 1022 960 1016 1180C1014 1216 996 1236 960 1240C740 1256 540 1256 320 1240C284 1236 266 1216 264 1180C258 960 256 700 268 430C274 380 294 344 330 330Z';

/** The shirt folded as it leaves the parcel: three soft edges at the bottom show the layers. */
export const foldedTee = (options) => {
  const colour = ink(options.colour);
  const layer = (dy, shade) => g(volume(SQUARE, darken(colour, shade), { depth: 26, soft: 16 }), `transform="translate(0 ${dy})"`);
  const inner = creases(
    [
      ['M300 900C420 870 520 900 600 880', 30, 0.16, 'd'],
      ['M980 700C880 720 800 700 720 716', 30, 0.2, 'd'],
      ['M300 520C360 560 420 570 480 560', 24, 0.2, 'd'],
      ['M470 350C540 440 740 440 810 350', 36, 0.28, 'd'],
      ['M320 1100C500 1140 760 1140 960 1100', 50, 0.14, 'l'],
    ],
    colour,
    14,
  );
  const print = options.print ? clip(SQUARE, art({ ...options, y: options.y ?? 780, size: options.size ?? 150 }, colour)) : '';
  const neck = g(collar(colour), 'transform="translate(640 280) scale(0.98) translate(-640 -215)"');
  const whole =
    castShadow(SQUARE, { dx: 40, dy: 66, soft: 36, opacity: 0.5 }) +
    layer(38, 0.14) +
    layer(19, 0.08) +
    blur(
      stroke('M270 1180C270 1240 290 1256 330 1258C540 1274 740 1274 950 1258C1000 1254 1012 1230 1014 1180', darken(colour, 0.8), 8),
      6,
      'opacity="0.5"',
    ) +
    volume(SQUARE, colour, { depth: 44, soft: 34, inside: inner }) +
    print +
    wrinkles(SQUARE, 31, 0.22) +
    neck +
    stroke('M290 420C284 700 286 980 290 1190', lighten(colour, 0.4), 3, 'opacity="0.25"');
  return flat(TONES.tees) + g(whole, 'transform="rotate(-4 640 800) translate(640 800) scale(1.16) translate(-640 -780)"');
};

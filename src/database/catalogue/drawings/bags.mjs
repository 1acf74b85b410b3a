// Bags: backpack, tote, sling, pouch and laptop sleeve.

import {
  at,
  blur,
  castShadow,
  creases,
  darken,
  ellipse,
  g,
  ink,
  lighten,
  linear,
  n,
  path,
  printOn,
  rect,
  roundRect,
  stroke,
  volume,
} from './core.mjs';
import { canvasWeave, printed, stitches, wrinkles } from './cloth.mjs';
import { motif } from './motifs.mjs';
import { TONES, cove, flat, footShadow, wall } from './stage.mjs';

const LEATHER = ink('Leather');
const BRASS = ink('Brass');

const strap = (d, width, colour = LEATHER) =>
  blur(stroke(d, '#14101a', width, 'transform="translate(8 12)" stroke-linecap="butt"'), 7, 'opacity="0.5"') +
  stroke(d, darken(colour, 0.35), width, 'stroke-linecap="butt"') +
  stroke(d, colour, width - 8, 'transform="translate(-2 -2)" stroke-linecap="butt"') +
  stroke(d, lighten(colour, 0.35), width * 0.2, `transform="translate(${n(-width * 0.22)} 0)" opacity="0.4" stroke-linecap="butt"`);
const strapStitched = (x, y, w, h) =>
  strap(`M${x + w / 2} ${y}V${y + h}`, w) + stitches(`M${x + 10} ${y}V${y + h - 10}H${x + w - 10}V${y}`, LEATHER);
const buckle = (x, y, w) =>
  blur(
    rect(x - w / 2, y, w, w * 0.8, 12, 'fill="none" stroke="#14101a" stroke-width="12"'),
    5,
    'opacity="0.5" transform="translate(6 9)"',
  ) +
  rect(x - w / 2, y, w, w * 0.8, 12, `fill="none" stroke="${darken(BRASS, 0.3)}" stroke-width="14"`) +
  rect(x - w / 2 - 1, y - 2, w, w * 0.8, 12, `fill="none" stroke="${lighten(BRASS, 0.25)}" stroke-width="7"`) +
  stroke(`M${x} ${y + 4}V${n(y + w * 0.78)}`, lighten(BRASS, 0.1), 9);
const zip = (d, cloth) =>
  stroke(d, darken(cloth, 0.5), 34, 'stroke-linecap="butt"') +
  stroke(d, darken(cloth, 0.7), 14, 'stroke-linecap="butt"') +
  stroke(d, BRASS, 12, 'stroke-dasharray="5 5" stroke-linecap="butt"');
const puller = (x, y, turn) =>
  at(
    x,
    y,
    castShadow(roundRect(-15, 20, 30, 120, 14), { dx: 6, dy: 8, soft: 5 }) +
      rect(-13, -14, 26, 44, 8, `fill="${lighten(BRASS, 0.2)}" stroke="${darken(BRASS, 0.45)}" stroke-width="3"`) +
      volume(roundRect(-15, 22, 30, 116, 14), LEATHER, { depth: 8, soft: 5 }) +
      stitches('M-7 34V128M7 34V128', LEATHER, { dash: '5 4', width: 2 }),
    `rotate(${turn})`,
  );

const PACK =
  'M300 560C286 640 262 900 258 1180C256 1330 290 1404 380 1422C540 1448 740 1448 900 1422C990 1404 1024 1330 1022 1180C1018 900 994 640 980 560Z';
const ROLL =
  'M270 330C250 330 240 350 244 380L268 580C420 620 860 620 1012 580L1036 380C1040 350 1030 330 1010 330C860 300 420 300 270 330Z';
const POCKET =
  'M350 950C520 974 760 974 930 950C946 1060 950 1180 944 1290C940 1350 910 1372 860 1378C720 1394 560 1394 420 1378C370 1372 340 1350 336 1290C330 1180 334 1060 350 950Z';

/** Options: colour, close (weave for close views). */
export const backpack = (options) => {
  const cloth = ink(options.colour);
  const folds = creases(
    [
      ['M310 700C420 760 520 740 600 700', 34, 0.3, 'd'],
      ['M960 720C860 790 760 760 700 720', 34, 0.34, 'd'],
      ['M280 1000C330 960 340 900 330 840', 30, 0.34, 'd'],
      ['M1000 1020C950 970 940 900 950 840', 30, 0.4, 'd'],
      ['M330 640C440 690 540 680 620 650', 20, 0.28, 'l'],
    ],
    cloth,
    18,
  );
  const rollFolds = creases(
    [
      ['M250 420C480 450 800 450 1030 420', 26, 0.55, 'd'],
      ['M250 395C480 424 800 424 1030 395', 18, 0.4, 'l'],
      ['M256 500C480 536 800 536 1024 500', 26, 0.55, 'd'],
      ['M256 474C480 508 800 508 1024 474', 18, 0.35, 'l'],
    ],
    cloth,
    9,
  );
  const handle = 'M520 330C520 190 760 190 760 330';
  const weave = (d) => (options.close ? canvasWeave(d, cloth, 0.6, 0.04) : '');
  const bag =
    footShadow(640, 1428, 370, 0.8) +
    strap(handle, 40) +
    volume(PACK, cloth, { depth: 70, soft: 50, shade: 0.5, inside: folds }) +
    weave(PACK) +
    castShadow(POCKET, { dx: 6, dy: 10, soft: 10, opacity: 0.5, contact: 0.2 }) +
    volume(POCKET, cloth, { depth: 40, soft: 28, shade: 0.45 }) +
    weave(POCKET) +
    zip('M372 1010C520 1032 760 1032 908 1010', cloth) +
    stitches('M360 980C520 1004 760 1004 920 980M372 1044C520 1066 760 1066 908 1044', cloth) +
    (options.close ? '' : wrinkles(PACK, 5, 0.24)) +
    castShadow(ROLL, { dx: 6, dy: 26, soft: 16, opacity: 0.6, contact: 0.3 }) +
    volume(ROLL, cloth, { depth: 34, soft: 24, inside: rollFolds }) +
    weave(ROLL) +
    strapStitched(396, 316, 62, 470) +
    strapStitched(822, 316, 62, 470) +
    buckle(427, 640, 96) +
    buckle(853, 640, 96) +
    volume(roundRect(566, 1140, 148, 92, 12), LEATHER, { depth: 12, soft: 8 }) +
    stitches(roundRect(576, 1150, 128, 72, 8), LEATHER) +
    motif('play', 642, 1186, 22, darken(LEATHER, 0.6)) +
    puller(910, 1012, -12);
  return cove(TONES.bags, 1240) + g(bag, 'transform="translate(640 800) scale(1.03) translate(-640 -800)"');
};

const TOTE =
  'M262 560C262 548 270 542 284 542H996C1010 542 1018 548 1018 560L1046 1390C1048 1420 1036 1436 1010 1440C760 1458 520 1458 270 1440C244 1436 232 1420 234 1390Z';

/** Hung from a peg. Options: colour, print. */
export const tote = (options) => {
  const cloth = ink(options.colour);
  const handles = (dx, dy, shade) =>
    strap(
      `M${420 + dx} 560C${420 + dx} 330 ${590 + dx / 2} ${150 + dy} 640 ${126 + dy}C${690 - dx / 2} ${150 + dy} ${860 - dx} 330 ${860 - dx} 560`,
      50,
      darken(cloth, shade),
    );
  const folds = creases(
    [
      ['M300 1430C330 1200 360 1000 420 640', 40, 0.24, 'd'],
      ['M990 1430C950 1200 920 1000 860 640', 44, 0.32, 'd'],
      ['M350 1400C380 1200 420 1000 470 720', 26, 0.24, 'l'],
      ['M420 620C500 700 780 700 860 620', 46, 0.26, 'd'],
      ['M640 1440C660 1340 650 1260 630 1200', 36, 0.2, 'd'],
    ],
    cloth,
    20,
  );
  return (
    wall(TONES.bags) +
    g(
      castShadow(TOTE, { dx: 50, dy: 44, soft: 38, opacity: 0.45 }) +
        handles(26, 10, 0.25) +
        volume(TOTE, cloth, { depth: 44, soft: 34, inside: folds }) +
        canvasWeave(TOTE, cloth, 0.9, 0.05) +
        printed(motif(options.print, 640, 1010, 230, printOn(cloth))) +
        wrinkles(TOTE, 17, 0.3) +
        stitches('M264 604C500 612 780 612 1018 604', cloth) +
        handles(0, 0, 0.04) +
        stitches('M402 560V640H438V560M842 560V640H878V560', cloth) +
        ellipse(640, 126, 34, 34, `fill="#a97c4c"`) +
        ellipse(632, 118, 22, 22, 'fill="#d0a672" opacity="0.8"'),
      'transform="translate(640 800) scale(1.04) translate(-640 -790)"',
    )
  );
};

const SLING =
  'M236 760C250 610 330 540 470 520C680 500 880 520 980 580C1070 640 1090 780 1070 920C1046 1060 960 1130 800 1146C640 1160 440 1150 340 1090C240 1030 222 900 236 760Z';

/** Options: colour. */
export const sling = (options) => {
  const cloth = ink(options.colour);
  const band = 'M250 800C60 700 20 420 240 260C520 70 1120 120 1230 330C1290 470 1190 600 1060 690';
  const web = '#3a3942';
  const folds = creases(
    [
      ['M260 960C340 1010 420 1000 500 960', 34, 0.3, 'd'],
      ['M1060 980C980 1040 900 1020 840 980', 34, 0.36, 'd'],
      ['M330 640C420 600 520 590 600 600', 30, 0.3, 'l'],
    ],
    cloth,
    18,
  );
  return (
    flat(TONES.bags) +
    g(
      strap(band, 62, web) +
        stitches(band, web, { dash: '3 9', width: 2 }) +
        at(
          330,
          216,
          volume(roundRect(-56, -44, 112, 88, 16), '#26242c', { depth: 12, soft: 7 }) + stroke('M-40 -14H40M-40 14H40', '#0f0d13', 8),
          'rotate(-28)',
        ) +
        castShadow(SLING, { dx: 34, dy: 54, soft: 34, opacity: 0.55 }) +
        volume(SLING, cloth, { depth: 70, soft: 48, shade: 0.5, inside: folds }) +
        canvasWeave(SLING, cloth, 0.8, 0.04) +
        wrinkles(SLING, 29, 0.2) +
        zip('M330 700C560 640 800 660 990 760', cloth) +
        stitches('M324 672C560 610 806 630 1004 732M336 728C560 670 790 690 976 788', cloth) +
        puller(352, 696, 24) +
        volume(roundRect(760, 960, 150, 78, 10), LEATHER, { depth: 10, soft: 7 }) +
        stitches(roundRect(769, 969, 132, 60, 7), LEATHER) +
        motif('brackets', 835, 999, 22, darken(LEATHER, 0.6)),
      'transform="rotate(-8 640 800) translate(0 80)"',
    )
  );
};

const POUCH =
  'M180 560C180 510 210 490 260 488C500 474 780 474 1020 488C1070 490 1100 510 1100 560L1120 1060C1122 1120 1090 1150 1030 1154C780 1176 500 1176 250 1154C190 1150 158 1120 160 1060Z';

/** Options: colour. */
export const pouch = (options) => {
  const cloth = ink(options.colour);
  const folds = creases(
    [
      ['M190 900C300 960 420 940 520 900', 40, 0.26, 'd'],
      ['M1100 880C1000 950 860 930 780 890', 40, 0.32, 'd'],
      ['M220 1120C260 1040 260 960 240 900', 30, 0.26, 'd'],
      ['M230 640C400 690 600 690 700 660', 30, 0.24, 'l'],
    ],
    cloth,
    20,
  );
  return (
    flat(TONES.bags) +
    g(
      castShadow(POUCH, { dx: 34, dy: 54, soft: 32, opacity: 0.55 }) +
        volume(POUCH, cloth, { depth: 64, soft: 46, shade: 0.48, inside: folds }) +
        canvasWeave(POUCH, cloth, 0.9, 0.05) +
        wrinkles(POUCH, 41, 0.22) +
        zip('M196 560C480 586 800 586 1084 560', cloth) +
        stitches('M194 592C480 620 800 620 1086 592M198 532C480 556 800 556 1082 532', cloth) +
        puller(300, 572, 8) +
        puller(980, 572, -14) +
        stitches('M178 1110C480 1146 800 1146 1102 1110', cloth) +
        volume(roundRect(540, 880, 200, 110, 12), LEATHER, { depth: 12, soft: 8 }) +
        stitches(roundRect(552, 892, 176, 86, 8), LEATHER) +
        motif('hash', 640, 935, 28, darken(LEATHER, 0.6)),
      'transform="rotate(-10 640 800) translate(0 -10) translate(640 800) scale(1.06) translate(-640 -800)"',
    )
  );
};

const SLEEVE = 'M190 520H1090V1330C1090 1370 1070 1390 1030 1390H250C210 1390 190 1370 190 1330Z';

/** Options: colour, out (a laptop sticks out). */
export const sleeve = (options) => {
  const felt = ink(options.colour);
  const flap = 'M186 500H1094V740C1094 790 1070 806 1030 812C900 830 860 900 640 900C420 900 380 830 250 812C210 806 186 790 186 740Z';
  const [def, alu] = linear(
    [
      [0, '#d9dadb'],
      [0.5, '#b9bcc0'],
      [1, '#8b8e95'],
    ],
    [0, 0, 1, 1],
  );
  const machine =
    castShadow(roundRect(226, 180, 828, 700, 34), { dx: 20, dy: 20, soft: 18 }) +
    def +
    path(roundRect(226, 180, 828, 700, 34), `fill="${alu}"`) +
    stroke(roundRect(229, 183, 822, 694, 32), '#f3f3f2', 3, 'opacity="0.8"');
  const open = 'M190 520C420 548 860 548 1090 520';
  const body =
    castShadow(SLEEVE, { dx: 36, dy: 50, soft: 34, opacity: 0.55 }) +
    (options.out ? machine : '') +
    volume(SLEEVE, felt, { depth: 34, soft: 26 }) +
    canvasWeave(SLEEVE, felt, 1.1, 0.05) +
    wrinkles(SLEEVE, 6, 0.12) +
    stitches('M214 530V1330C214 1354 226 1366 250 1366H1030C1054 1366 1066 1354 1066 1330V530', felt);
  const closed =
    castShadow(flap, { dx: 10, dy: 26, soft: 16, opacity: 0.55 }) +
    volume(flap, LEATHER, { depth: 40, soft: 28 }) +
    stitches(
      'M206 520V736C206 776 226 788 258 792C400 810 420 876 640 876C860 876 880 810 1022 792C1054 788 1074 776 1074 736V520',
      LEATHER,
    ) +
    ellipse(640, 826, 24, 24, `fill="${BRASS}" stroke="${darken(BRASS, 0.5)}" stroke-width="4"`) +
    ellipse(634, 819, 10, 9, `fill="${lighten(BRASS, 0.7)}"`);
  const opened =
    blur(stroke(open, '#0f0c14', 26), 10, 'opacity="0.5"') +
    volume('M190 512C420 540 860 540 1090 512V560C860 590 420 590 190 560Z', LEATHER, { depth: 12, soft: 8 }) +
    stitches('M200 548C420 578 860 578 1080 548', LEATHER) +
    volume(roundRect(880, 1230, 150, 84, 10), LEATHER, { depth: 10, soft: 7 }) +
    motif('brackets', 955, 1272, 24, darken(LEATHER, 0.6));
  return (
    flat(TONES.bags) +
    g(
      body + (options.out ? opened : closed),
      `transform="rotate(7 640 800) translate(0 ${options.out ? 20 : -110}) translate(640 800) scale(1.04) translate(-640 -800)"`,
    )
  );
};

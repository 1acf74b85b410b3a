// Hoodies laid flat: hood, cords, pocket or zip, ribbed cuffs and hem.

import { blur, castShadow, clip, creases, darken, ellipse, g, ink, lighten, n, printOn, stroke, times, volume } from './core.mjs';
import { embroidered, knit, printed, ribs, seam, stitches, wrinkles } from './cloth.mjs';
import { motif } from './motifs.mjs';
import { TONES, flat } from './stage.mjs';

const LEFT_SLEEVE =
  'M424 418C330 446 268 520 236 640C196 790 152 1010 128 1196C124 1226 134 1240 158 1246L262 1268C284 1272 296 1262 302 1240C330 1110 372 900 410 770Z';
const LEFT_CUFF =
  'M126 1190L306 1228C300 1282 292 1320 280 1344C272 1360 258 1362 240 1358L146 1338C126 1334 116 1322 116 1300C117 1262 121 1226 126 1190Z';
const RIGHT_SLEEVE =
  'M856 418C950 446 1012 520 1044 640C1084 790 1128 1010 1152 1196C1156 1226 1146 1240 1122 1246L1018 1268C996 1272 984 1262 978 1240C950 1110 908 900 870 770Z';
const RIGHT_CUFF =
  'M1154 1190L974 1228C980 1282 988 1320 1000 1344C1008 1360 1022 1362 1040 1358L1134 1338C1154 1334 1164 1322 1164 1300C1163 1262 1159 1226 1154 1190Z';
const BODY =
  'M492 386C450 404 424 412 400 424C376 500 368 640 372 780C374 940 362 1150 358 1330C500 1352 780 1352 922 1330C918 1150 906 940 908 780C912 640 904 500 880 424C856 412 830 404 788 386C740 430 540 430 492 386Z';
const HEM = 'M356 1322C500 1346 780 1346 924 1322C930 1360 930 1400 922 1432C780 1456 500 1456 358 1432C350 1400 350 1360 356 1322Z';
const HOOD =
  'M640 118C520 118 446 200 440 318C438 372 452 404 478 436C520 484 590 512 640 542C690 512 760 484 802 436C828 404 842 372 840 318C834 200 760 118 640 118Z';
const OPENING = 'M640 186C566 186 516 236 514 318C513 392 572 446 640 508C708 446 767 392 766 318C764 236 714 186 640 186Z';
const BACK_HOOD = 'M640 252C520 252 440 300 436 384C434 470 530 590 640 640C750 590 846 470 844 384C840 300 760 252 640 252Z';
const POCKET =
  'M470 1002C560 1016 720 1016 810 1002L868 1196C870 1230 868 1280 866 1322C780 1332 500 1332 414 1322C412 1280 410 1230 412 1196Z';

const sleeve = (d, cuff, colour, side) => {
  const m = (x) => (side === 'left' ? x : 1280 - x);
  const folds = creases(
    [
      [`M${m(396)} 640C${m(340)} 690 ${m(300)} 720 ${m(250)} 728`, 26, 0.5, 'd'],
      [`M${m(390)} 600C${m(340)} 650 ${m(300)} 680 ${m(258)} 684`, 18, 0.4, 'l'],
      [`M${m(350)} 900C${m(300)} 910 ${m(250)} 890 ${m(200)} 852`, 22, 0.4, 'd'],
      [`M${m(345)} 866C${m(300)} 870 ${m(250)} 850 ${m(210)} 820`, 16, 0.35, 'l'],
      [`M${m(310)} 1110C${m(260)} 1120 ${m(220)} 1090 ${m(160)} 1080`, 20, 0.42, 'd'],
      [`M${m(300)} 1180C${m(240)} 1190 ${m(190)} 1160 ${m(140)} 1165`, 22, 0.45, 'd'],
      [`M${m(306)} 1150C${m(250)} 1150 ${m(200)} 1130 ${m(150)} 1125`, 14, 0.35, 'l'],
    ],
    colour,
  );
  return (
    volume(d, colour, { inside: folds, depth: 40, soft: 30 }) +
    volume(cuff, darken(colour, 0.05), { depth: 24, soft: 16 }) +
    ribs(cuff, colour, [m(122), 1188, m(308), 1226], [m(120), 1338, m(276), 1362], 17, 4.5) +
    seam(`M${m(126)} 1192C${m(190)} 1202 ${m(250)} 1214 ${m(306)} 1228`, colour)
  );
};

const bodyFolds = (colour) =>
  creases(
    [
      ['M400 700C450 760 470 860 452 960', 30, 0.38, 'd'],
      ['M880 700C830 760 806 850 822 960', 30, 0.42, 'd'],
      ['M420 640C500 690 560 690 600 680', 20, 0.28, 'd'],
      ['M420 610C500 655 560 655 600 645', 14, 0.28, 'l'],
      ['M866 640C790 700 740 690 700 676', 20, 0.3, 'd'],
      ['M372 1290C420 1250 430 1200 424 1130', 26, 0.4, 'd'],
      ['M910 1290C868 1250 850 1200 858 1120', 26, 0.45, 'd'],
      ['M396 1290C440 1240 450 1190 446 1120', 14, 0.3, 'l'],
      ['M560 1320C556 1290 560 1270 570 1250', 16, 0.3, 'd'],
      ['M730 1320C734 1290 726 1270 716 1250', 16, 0.3, 'd'],
      ['M470 470C560 540 720 540 810 470', 40, 0.34, 'd'],
    ],
    colour,
    16,
  );

const pocket = (colour) =>
  castShadow(POCKET, { dx: 4, dy: 6, soft: 7, opacity: 0.4, contact: 0.15 }) +
  volume(POCKET, colour, { depth: 16, soft: 14, shade: 0.3 }) +
  clip(
    POCKET,
    creases(
      [
        ['M520 1040C560 1120 540 1200 500 1280', 26, 0.26, 'd'],
        ['M770 1040C730 1120 740 1220 780 1290', 26, 0.28, 'd'],
        ['M640 1030C650 1120 630 1220 640 1300', 40, 0.22, 'l'],
      ],
      colour,
      14,
    ),
  ) +
  blur(stroke('M470 1004L412 1198', darken(colour, 0.8), 12), 5, 'opacity="0.5"') +
  blur(stroke('M810 1004L868 1198', darken(colour, 0.8), 12), 5, 'opacity="0.5"') +
  stitches('M484 1014L428 1200M796 1014L852 1200M486 1015C570 1027 710 1027 794 1015', colour);

const zip = (colour) => {
  const metal = '#b9b6ae';
  const teeth = times(
    70,
    (i) => `<rect x="${i % 2 ? 640 : 629}" y="${n(514 + i * 13.2)}" width="11" height="6.4" rx="2" fill="${metal}"/>`,
  );
  return (
    blur(stroke('M640 505V1440', darken(colour, 0.8), 44), 10, 'opacity="0.42"') +
    stroke('M640 508V1438', darken(colour, 0.34), 36, 'stroke-linecap="butt"') +
    teeth +
    stitches('M608 520V1436M672 520V1436', colour) +
    `<path d="M628 512h24l5 40q-17 12 -34 0z" fill="${metal}" stroke="#6f6b66" stroke-width="2"/><path d="M633 548h14l4 66q-11 10 -22 0z" fill="#cfcac0" stroke="#77736d" stroke-width="2"/>`
  );
};

const sidePockets = (colour) =>
  blur(stroke('M468 1030L420 1230M812 1030L860 1230', darken(colour, 0.85), 13), 5, 'opacity="0.55"') +
  stitches('M492 1028L444 1240M788 1028L836 1240', colour);

const hoodFront = (colour) => {
  const inside = darken(colour, 0.42);
  return (
    castShadow(HOOD, { dx: 8, dy: 16, soft: 15, opacity: 0.4, contact: 0.2 }) +
    volume(HOOD, colour, {
      depth: 44,
      soft: 30,
      inside: creases(
        [
          ['M470 300C500 220 560 170 640 158', 26, 0.3, 'l'],
          ['M476 410C520 440 570 470 620 520', 20, 0.4, 'd'],
          ['M806 400C760 440 710 470 660 520', 20, 0.45, 'd'],
          ['M812 240C780 190 740 160 700 150', 24, 0.35, 'd'],
        ],
        colour,
      ),
    }) +
    volume(OPENING, inside, {
      depth: 70,
      soft: 40,
      shade: 0.5,
      sheen: 0.06,
      inside:
        creases(
          [
            ['M640 190V470', 30, 0.35, 'd'],
            ['M560 290C580 250 610 230 640 226', 30, 0.25, 'l'],
          ],
          inside,
          14,
        ) + seam('M640 186V500', inside),
    }) +
    blur(stroke(OPENING, darken(colour, 0.8), 12), 6, 'opacity="0.45"') +
    stroke(OPENING, lighten(colour, 0.3), 3, 'opacity="0.35" transform="translate(-3 -4)"') +
    stitches('M640 158C546 158 488 224 486 320C485 404 556 464 640 540C724 464 795 404 794 320C792 224 734 158 640 158', colour)
  );
};

const cords = (colour) => {
  const tone = printOn(colour) === '#ece2cf' ? '#ddd2bd' : '#cfc3ac';
  const one = (d, tip) =>
    blur(stroke(d, darken(colour, 0.85), 15, 'transform="translate(9 11)"'), 5, 'opacity="0.5"') +
    stroke(d, darken(tone, 0.25), 15) +
    stroke(d, tone, 11, 'transform="translate(-1 -1)"') +
    stroke(d, darken(tone, 0.3), 11, 'stroke-dasharray="2 7" stroke-linecap="butt" opacity="0.5"') +
    `<path d="${tip}" fill="#8e8a84" stroke="#5f5b57" stroke-width="2"/>`;
  const eyelet = (x, y) => ellipse(x, y, 12, 13, `fill="#1c1a22" stroke="#b4afa6" stroke-width="6"`);
  return (
    eyelet(586, 500) +
    eyelet(694, 500) +
    one('M586 502C574 550 580 600 568 662', 'M560 658l16 2l-5 42l-14 -2z') +
    one('M694 502C710 550 700 590 714 634', 'M706 632l16 -3l7 41l-14 3z')
  );
};

const backHood = (colour) =>
  castShadow(BACK_HOOD, { dx: 10, dy: 18, soft: 18, opacity: 0.45, contact: 0.2 }) +
  volume(BACK_HOOD, colour, {
    depth: 46,
    soft: 32,
    inside: creases(
      [
        ['M470 420C540 480 600 560 636 630', 26, 0.35, 'd'],
        ['M812 420C740 480 690 560 646 630', 26, 0.4, 'd'],
        ['M500 340C560 310 720 310 780 340', 26, 0.3, 'l'],
      ],
      colour,
      15,
    ),
  }) +
  seam('M640 254V636', colour) +
  stitches('M626 258V628M654 258V628', colour);

const hem = (colour) =>
  volume(HEM, darken(colour, 0.05), { depth: 24, soft: 16 }) +
  ribs(HEM, colour, [350, 1322, 930, 1322], [354, 1452, 926, 1452], 62, 4.5) +
  seam('M358 1328C500 1350 780 1350 922 1328', colour);

const printFor = ({ print, size = 116, x = 640, y = 850, thread, accent }, colour) => {
  if (!print) return '';
  const tone = printOn(colour);
  return thread
    ? embroidered((c) => motif(print, x, y, size, c), thread === true ? tone : ink(thread))
    : printed(motif(print, x, y, size, tone, accent));
};

/** Options: colour, print, size, x, y, thread, accent, back, zipped, close (draws the knit for close views). */
export const hoodie = (options) => {
  const colour = ink(options.colour);
  const whole = [LEFT_SLEEVE, RIGHT_SLEEVE, LEFT_CUFF, RIGHT_CUFF, BODY, HEM, options.back ? '' : HOOD].join('');
  const front = () => (options.zipped ? zip(colour) + sidePockets(colour) : pocket(colour));
  const body =
    volume(BODY, colour, { depth: 36, soft: 32, shade: 0.34, inside: bodyFolds(colour) }) +
    seam('M401 428C378 504 369 640 373 776M879 428C902 504 911 640 907 776', colour) +
    hem(colour);
  const top = options.back ? backHood(colour) : hoodFront(colour) + (options.zipped ? '' : cords(colour));
  const garment =
    castShadow(whole, { dx: 30, dy: 40, soft: 32, opacity: 0.5 }) +
    sleeve(LEFT_SLEEVE, LEFT_CUFF, colour, 'left') +
    sleeve(RIGHT_SLEEVE, RIGHT_CUFF, colour, 'right') +
    body +
    (options.back ? '' : front()) +
    printFor(options, colour) +
    (options.close ? knit(BODY, colour, 0.5) : '') +
    (options.close ? '' : wrinkles(BODY + LEFT_SLEEVE + RIGHT_SLEEVE, 11, 0.24)) +
    top +
    (options.close ? knit(HOOD, colour, 0.5) : '');
  return (
    flat(TONES.hoodies) +
    g(garment, `transform="translate(640 ${options.back ? 754 : 800}) scale(1.09) translate(-640 ${options.back ? -800 : -790})"`)
  );
};

// Bottle, tumbler, carafe and teapot.

import { blur, clip, darken, ellipse, g, ink, lighten, linear, path, printOn, stroke, times } from './core.mjs';
import { motif } from './motifs.mjs';
import { TONES, cove, footShadow } from './stage.mjs';
import { around, turned } from './turned.mjs';

const FLASK =
  'M410 640C410 560 470 520 500 470L500 400H780L780 470C810 520 870 560 870 640V1340C870 1384 850 1402 806 1412C700 1430 580 1430 474 1412C430 1402 410 1384 410 1340Z';
const NECK = 'M506 300H774V420C700 440 580 440 506 420Z';
const LID = 'M486 190C486 164 498 156 520 152C600 140 680 140 760 152C782 156 794 164 794 190V330C700 356 580 356 486 330Z';
const WOOD = 'M500 140C500 120 560 108 640 108C720 108 780 120 780 140V176C720 196 560 196 500 176Z';

const bodyShade = (d, x1, x2) => {
  const [def, paint] = linear(
    [
      [0, '#171322', 0.35],
      [0.12, '#171322', 0],
      [0.55, '#171322', 0.05],
      [0.88, '#171322', 0.5],
      [1, '#171322', 0.28],
    ],
    [x1, 0, x2, 0],
    'userSpaceOnUse',
  );
  return def + path(d, `fill="${paint}"`);
};

/** The bottle without a room, standing on y 1410. Options: colour, print. */
export const bottleOnly = (options) => {
  const colour = ink(options.colour);
  const steel = ink('Steel');
  const loop = 'M520 168C500 40 780 40 760 168';
  const print = options.print
    ? g(motif(options.print, 0, 0, 150, printOn(colour)), 'transform="translate(628 960) scale(0.95 1)" opacity="0.92"')
    : '';
  return (
    footShadow(640, 1410, 230, 1.2) +
    stroke(loop, '#26232b', 34) +
    stroke(loop, '#4c4852', 16, 'transform="translate(-4 -6)"') +
    turned(NECK, steel, { x: 506, w: 268, top: 300, bottom: 440, gloss: 1 }) +
    turned(FLASK, colour, { x: 410, w: 460, top: 520, bottom: 1412, gloss: 0.42, inside: '' }) +
    clip(
      FLASK,
      print +
        bodyShade(FLASK, 410, 870) +
        blur(stroke('M500 640V1320', '#fffaf0', 22), 14, 'opacity="0.4"') +
        blur(stroke('M480 400C560 430 720 430 800 400', '#0f0c16', 30), 12, 'opacity="0.55"') +
        stroke('M400 1356Q640 1410 880 1356', steel, 6, 'opacity="0.5"'),
    ) +
    turned(LID, '#34323a', { x: 486, w: 308, top: 150, bottom: 340, gloss: 0.5 }) +
    clip(
      LID,
      times(44, (i) => stroke(`M${486 + i * 7.2} 230V352`, '#0e0c13', 2.4, 'opacity="0.35"')),
    ) +
    turned(WOOD, '#c9a26e', { x: 500, w: 280, top: 108, bottom: 190, gloss: 0.3 }) +
    ellipse(640, 138, 138, 27, `fill="${lighten('#c9a26e', 0.25)}"`) +
    times(5, (i) => ellipse(640 + i * 6, 138, 120 - i * 24, 22 - i * 4.4, 'fill="none" stroke="#8f6a3d" stroke-width="2" opacity="0.4"'))
  );
};
export const bottle = (options) =>
  cove(TONES.bottles, 1210) + g(bottleOnly(options), 'transform="translate(640 800) scale(1.04) translate(-640 -766)"');

const BEAKER =
  'M330 400C346 720 372 1040 402 1330C408 1370 440 1384 480 1392C580 1408 700 1408 800 1392C840 1384 872 1370 878 1330C908 1040 934 720 950 400Z';

/** Options: colour. */
export const tumbler = (options) => {
  const colour = ink(options.colour);
  const lid = '#3a3740';
  const [def, top] = linear(
    [
      [0, lighten(lid, 0.2)],
      [1, darken(lid, 0.3)],
    ],
    [0, 0, 1, 0.4],
  );
  const item =
    footShadow(640, 1388, 245, 1.2) +
    turned(BEAKER, colour, { x: 346, w: 588, top: 400, bottom: 1390, gloss: 0.5 }) +
    clip(
      BEAKER,
      g(motif('brackets', 0, 0, 92, printOn(colour)), 'transform="translate(610 900) scale(0.95 1)" opacity="0.9"') +
        bodyShade(BEAKER, 350, 930) +
        blur(stroke('M440 480L486 1290', '#fffaf0', 26), 15, 'opacity="0.45"') +
        blur(stroke('M320 440Q640 540 960 440', '#0f0c16', 40), 18, 'opacity="0.5"'),
    ) +
    turned('M314 330C314 310 330 300 360 296H920C950 300 966 310 966 330V404C960 440 800 478 640 478C480 478 320 440 314 404Z', lid, {
      x: 314,
      w: 652,
      top: 320,
      bottom: 470,
      gloss: 0.6,
    }) +
    def +
    ellipse(640, 318, 326, 82, `fill="${top}"`) +
    ellipse(640, 316, 290, 66, `fill="none" stroke="${darken(lid, 0.5)}" stroke-width="6"`) +
    ellipse(640, 322, 270, 58, `fill="${darken(lid, 0.12)}"`) +
    path('M560 352h160l18 26h-196z', `fill="#131117"`) +
    path('M566 300h148a12 12 0 0 1 12 12l8 36h-188l8 -36a12 12 0 0 1 12 -12z', `fill="${lighten(lid, 0.16)}"`) +
    blur(stroke('M340 300a326 82 0 0 1 240 -60', '#fff6e6', 8), 4, 'opacity="0.5"');
  return cove(TONES.bottles, 1190) + g(item, 'transform="translate(640 800) scale(1.04) translate(-640 -820)"');
};

const GLASS =
  'M520 380C520 520 400 620 366 820C340 1000 350 1240 380 1330C392 1366 420 1380 460 1388C570 1404 710 1404 820 1388C860 1380 888 1366 900 1330C930 1240 940 1000 914 820C880 620 760 520 760 380Z';
const WATER =
  'M358 900C346 1060 356 1250 384 1326C396 1360 424 1372 462 1379C570 1394 710 1394 818 1379C856 1372 884 1360 896 1326C924 1250 934 1060 922 900Z';

export const carafe = () => {
  const tone = TONES.bottles;
  const [d1, wall] = linear(
    [
      [0, '#2d3b44', 0.5],
      [0.06, '#fff', 0.3],
      [0.16, '#fff', 0.1],
      [0.5, '#fff', 0.05],
      [0.86, '#223038', 0.16],
      [0.95, '#fff', 0.3],
      [1, '#2d3b44', 0.55],
    ],
    [0, 0, 1, 0],
  );
  const [d2, water] = linear(
    [
      [0, '#4d6d78', 0.6],
      [0.12, '#b6d0d6', 0.4],
      [0.5, '#a8c4cb', 0.34],
      [0.85, '#5a7d88', 0.5],
      [1, '#314c57', 0.65],
    ],
    [0, 0, 1, 0],
  );
  const stopper = 'M534 196C534 172 580 160 640 160C700 160 746 172 746 196L738 420C700 436 580 436 542 420Z';
  const caustic = blur(path('M760 1400C900 1390 1080 1430 1180 1470C1060 1490 880 1470 760 1430Z', 'fill="#fffbe8"'), 16, 'opacity="0.55"');
  return (
    cove(tone, 1180) +
    g(
      footShadow(640, 1384, 260, 1.2) +
        caustic +
        d1 +
        d2 +
        path(GLASS, `fill="${wall}"`) +
        path(WATER, `fill="${water}"`) +
        ellipse(640, 900, 282, 52, 'fill="#d9e8ea" opacity="0.5"') +
        ellipse(640, 900, 282, 52, 'fill="none" stroke="#fff" stroke-width="4" opacity="0.7"') +
        turned(stopper, '#c9a26e', { x: 534, w: 212, top: 170, bottom: 430, gloss: 0.25 }) +
        ellipse(640, 188, 104, 24, `fill="${lighten('#c9a26e', 0.3)}"`) +
        clip(
          stopper,
          times(7, (i) =>
            stroke(`M${548 + i * 30} 200C${556 + i * 30} 280 ${544 + i * 30} 340 ${556 + i * 30} 430`, '#8a6437', 3, 'opacity="0.35"'),
          ),
        ) +
        clip(
          GLASS,
          blur(stroke('M420 800C392 960 396 1180 416 1300', '#fff', 34), 9, 'opacity="0.75"') +
            blur(stroke('M870 840C890 1000 888 1180 866 1300', '#fff', 14), 5, 'opacity="0.5"') +
            blur(stroke('M552 430C540 540 460 620 432 740', '#fff', 16), 5, 'opacity="0.7"') +
            blur(stroke('M360 1384Q640 1420 920 1384', '#223038', 26), 10, 'opacity="0.5"'),
        ) +
        stroke(GLASS, '#eef5f4', 4, 'opacity="0.6"') +
        stroke('M514 382Q640 410 766 382', '#fff', 8, 'opacity="0.8"'),
      'transform="translate(640 800) scale(1.06) translate(-640 -800)"',
    )
  );
};

const POT =
  'M250 860C250 660 400 540 620 540C840 540 990 660 990 860C990 1040 920 1180 840 1226C780 1256 460 1256 400 1226C320 1180 250 1040 250 860Z';
const SPOUT = 'M900 880C1020 860 1060 740 1114 656C1136 630 1190 640 1198 676C1186 820 1160 1090 880 1150Z';

/** Options: colour. */
export const teapot = (options) => {
  const colour = ink(options.colour);
  const bow = 'M352 640C330 330 480 216 620 216C760 216 910 330 888 640';
  const lid = 'M430 566C430 500 520 470 620 470C720 470 810 500 810 566C760 600 480 600 430 566Z';
  const [def, knob] = around('#c9a26e', 0.3);
  const item =
    footShadow(620, 1240, 320) +
    turned(SPOUT, colour, { x: 900, w: 290, top: 660, bottom: 1120, gloss: 0.3 }) +
    ellipse(
      1158,
      662,
      42,
      20,
      `fill="${darken(colour, 0.6)}" stroke="${lighten(colour, 0.2)}" stroke-width="8" transform="rotate(18 1158 662)"`,
    ) +
    turned(POT, colour, { x: 250, w: 740, top: 600, bottom: 1240, gloss: 0.3 }) +
    clip(
      POT,
      blur(ellipse(420, 740, 120, 90, `fill="${lighten(colour, 0.8)}"`), 44, 'opacity="0.6"') +
        blur(ellipse(390, 700, 36, 24, 'fill="#fffdf5"'), 10, 'opacity="0.8"') +
        blur(ellipse(700, 1300, 420, 170, `fill="${darken(colour, 0.8)}"`), 50, 'opacity="0.5"') +
        blur(stroke('M420 590C480 620 760 620 820 590', '#14101a', 22), 10, 'opacity="0.5"'),
    ) +
    turned(lid, colour, { x: 430, w: 380, top: 440, bottom: 620, gloss: 0.5 }) +
    def +
    path('M584 476C584 452 566 440 566 414C566 382 674 382 674 414C674 440 656 452 656 476Z', `fill="${knob}"`) +
    stroke(bow, darken('#8d5a38', 0.5), 50) +
    stroke(bow, '#8d5a38', 40, 'transform="translate(-3 -4)"') +
    blur(stroke(bow, lighten('#8d5a38', 0.4), 10, 'transform="translate(-7 -11)"'), 5, 'opacity="0.7"') +
    times(2, (i) => ellipse(352 + i * 536, 648, 30, 26, `fill="${darken(colour, 0.2)}" stroke="${darken(colour, 0.5)}" stroke-width="4"`));
  return cove(TONES.bottles, 1080) + g(item, 'transform="translate(640 800) scale(1.12) translate(-690 -760)"');
};

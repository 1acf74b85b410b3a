// Mugs and cups: stoneware, enamel and porcelain.

import { W, blur, clip, darken, ellipse, g, ink, lighten, linear, path, printOn, stroke } from './core.mjs';
import { motif } from './motifs.mjs';
import { TONES, cove, footShadow } from './stage.mjs';
import { mouth, turned } from './turned.mjs';

const CX = 560;
const BODY =
  'M204 512C206 760 214 980 236 1150C246 1216 280 1248 340 1262C480 1290 640 1290 780 1262C840 1248 874 1216 884 1150C906 980 914 760 916 512Z';
const EAR = 'M900 640C1040 604 1140 676 1130 820C1120 960 1020 1050 884 1056';

/** The handle is a bent rod: three strokes of falling width and rising light. */
const ear = (d, colour, width) =>
  blur(stroke(d, '#1a1520', width * 0.9, 'transform="translate(20 30)"'), 18, 'opacity="0.3"') +
  stroke(d, darken(colour, 0.5), width) +
  stroke(d, darken(colour, 0.2), width * 0.8, 'transform="translate(-3 -6)"') +
  blur(stroke(d, lighten(colour, 0.25), width * 0.3, 'transform="translate(-4 -14)"'), 6, 'opacity="0.8"') +
  blur(stroke(d, '#fffaf0', width * 0.07, 'transform="translate(-6 -22)"'), 2.5, 'opacity="0.6"');

const rawClay = (colour) => {
  const d = 'M190 1000C400 1050 600 1010 930 1040V1320H190Z';
  return (
    path(d, `fill="${colour}"`) +
    stroke('M190 1000C400 1050 600 1010 930 1040', darken(colour, 0.4), 4, 'opacity="0.4"') +
    blur(stroke('M190 994C400 1044 600 1004 930 1034', '#fff7e6', 7), 3, 'opacity="0.5"')
  );
};

const progress = (colour) => {
  const d = 'M150 830Q560 900 868 852';
  return (
    stroke('M150 830Q560 900 970 830', darken(colour, 0.4), 92, 'stroke-linecap="butt"') +
    stroke(d, ink('Ochre'), 76, 'stroke-linecap="butt"') +
    stroke(d, lighten(ink('Ochre'), 0.5), 8, 'transform="translate(0 -28)" opacity="0.5"')
  );
};

const shadeOver = (d) => {
  const [def, paint] = linear(
    [
      [0, '#1a1526', 0.3],
      [0.1, '#1a1526', 0.05],
      [0.25, '#fff', 0.08],
      [0.45, '#1a1526', 0],
      [0.85, '#1a1526', 0.44],
      [1, '#1a1526', 0.24],
    ],
    [204, 0, 916, 0],
    'userSpaceOnUse',
  );
  return def + path(d, `fill="${paint}"`);
};

/** The mug without a room, standing on y 1262. Options: colour, print, size, dipped, progress, fill. */
export const mugOnly = (options) => {
  const colour = ink(options.colour);
  const clay = '#c49a78';
  const art =
    (options.dipped ? rawClay(clay) : '') +
    (options.progress ? progress(colour) : '') +
    (options.print
      ? g(
          motif(options.print, 0, 0, options.size ?? 150, printOn(colour)),
          `transform="translate(${CX - 30} 850) scale(0.94 1)" opacity="0.94"`,
        )
      : '') +
    shadeOver(BODY);
  return (
    footShadow(CX, 1262, 330) +
    ear(EAR, colour, 86) +
    turned(BODY, colour, { x: 204, w: 712, top: 512, bottom: 1262, gloss: 0.55, inside: '' }) +
    clip(
      BODY,
      art +
        blur(stroke('M325 620V1130', '#fffaf0', 30), 16, 'opacity="0.4"') +
        blur(stroke('M306 600V1100', '#fffdf5', 8), 4, 'opacity="0.55"'),
    ) +
    mouth(CX, 512, 356, 92, options.dipped ? colour : lighten(colour, 0.04), {
      rim: lighten(colour, 0.1),
      lip: 17,
      fill: options.fill ? '#4a2d1e' : null,
    })
  );
};
export const mug = (options) =>
  cove(TONES.mugs, 1090) + g(mugOnly(options), `transform="translate(${W / 2} 800) scale(1.06) translate(-665 -850)"`);

const CAN =
  'M222 500C224 760 224 1010 232 1220C234 1254 262 1272 310 1280C480 1304 640 1304 810 1280C858 1272 886 1254 888 1220C896 1010 896 760 898 500Z';

/** Enamelled steel: thin wall, rolled rim in a second colour, a chip-dark foot. Options: colour, rim, print. */
export const enamelMug = (options) => {
  const colour = ink(options.colour);
  const rim = ink(options.rim);
  const strap = 'M886 640C1010 612 1104 640 1106 700C1108 800 1040 980 890 1050';
  const vessel =
    footShadow(CX, 1280, 330) +
    ear(strap, colour, 58) +
    turned(CAN, colour, { x: 222, w: 676, top: 500, bottom: 1280, gloss: 0.9 }) +
    clip(
      CAN,
      g(motif(options.print, 0, 0, 150, printOn(colour)), 'transform="translate(530 880) scale(0.95 1)"') +
        shadeOver(CAN) +
        stroke('M222 1252Q560 1330 898 1252', rim, 22, 'opacity="0.9"') +
        blur(stroke('M300 600V1180', '#fffdf5', 14), 4, 'opacity="0.7"'),
    ) +
    mouth(CX, 500, 348, 88, lighten(colour, colour === ink('Ink') ? 0.7 : 0.1), { rim: darken(rim, 0.1), lip: 9 }) +
    stroke('M212 500a348 88 0 1 0 696 0', rim, 17) +
    blur(stroke('M236 536a348 88 0 0 0 220 50', lighten(rim, 0.8), 6), 2, 'opacity="0.8"') +
    ellipse(CX, 500, 348, 88, `fill="none" stroke="${rim}" stroke-width="12"`);
  return cove(TONES.mugs, 1090) + g(vessel, `transform="translate(${W / 2} 800) scale(1.06) translate(-655 -850)"`);
};

const CUP = 'M-190 0C-190 130 -170 220 -120 262C-60 292 60 292 120 262C170 220 190 130 190 0Z';

/** One small porcelain cup with its rim at 0 0. */
const cup = (x, y, scale, name, fill) => {
  const colour = ink(name);
  const handle = 'M176 70C270 40 320 90 300 150C286 196 230 214 156 206';
  return g(
    footShadow(0, 276, 140, 0.9) +
      ear(handle, colour, 40) +
      turned(CUP, colour, { x: -190, w: 380, top: -20, bottom: 270, gloss: 0.8 }) +
      mouth(0, 0, 190, 50, lighten(colour, 0.2), { rim: lighten(colour, 0.2), lip: 15, fill }),
    `transform="translate(${x} ${y}) scale(${scale})"`,
  );
};

export const cupStack = () =>
  cove(TONES.mugs, 1140) + cup(590, 1010, 1.36, 'Bone') + cup(590, 672, 1.36, 'Clay') + cup(590, 334, 1.36, 'Fog');

export const cupPair = () => cove(TONES.mugs, 1000) + cup(820, 640, 1.32, 'Fog') + cup(450, 880, 1.62, 'Bone', '#4a2d1e');

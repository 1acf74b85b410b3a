// Beanies, caps and socks.

import {
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
  ovalPath,
  path,
  printOn,
  stroke,
  times,
  volume,
  wobble,
} from './core.mjs';
import { embroidered, ribs, seam, stitches, wrinkles } from './cloth.mjs';
import { motif } from './motifs.mjs';
import { TONES, flat } from './stage.mjs';

const DOME = 'M276 1010C262 700 330 470 480 376C560 326 720 326 800 376C950 470 1018 700 1004 1010Z';
const FOLD =
  'M246 962C240 940 252 926 276 922C500 960 780 960 1004 922C1028 926 1040 940 1034 962C1040 1060 1038 1150 1030 1224C1028 1246 1018 1256 996 1260C760 1296 520 1296 284 1260C262 1256 252 1246 250 1224C242 1150 240 1060 246 962Z';

const domeRibs = (colour) =>
  times(23, (i) => {
    const b = -372 + (744 * i) / 22;
    const d = (s) => `M${n(640 + b + s)} 1010C${n(640 + b * 1.06 + s)} 720 ${n(640 + b * 0.66 + s)} 440 ${n(640 + b * 0.16 + s)} 346`;
    return stroke(d(0), darken(colour, 0.7), 11, 'opacity="0.3"') + stroke(d(-12), lighten(colour, 0.5), 8, 'opacity="0.18"');
  });

const bobble = (colour) => {
  const next = wobble(5);
  const ball = ovalPath(640, 268, 158, 150);
  const hair = times(420, () => {
    const [a, r] = [next() * Math.PI * 2, 60 + next() * 96];
    const [x, y] = [640 + Math.cos(a) * r, 268 + Math.sin(a) * r * 0.95];
    const lit = Math.cos(a + 2.3) > 0.1 ? lighten(colour, 0.2 + next() * 0.4) : darken(colour, 0.1 + next() * 0.4);
    return stroke(
      `M${n(x)} ${n(y)}q${n(Math.cos(a) * 14 + next() * 8)} ${n(Math.sin(a) * 14)} ${n(Math.cos(a) * 24)} ${n(Math.sin(a) * 24 + next() * 14 - 5)}`,
      lit,
      6,
      'opacity="0.75"',
    );
  });
  return castShadow(ball, { dx: 12, dy: 24, soft: 16 }) + volume(ball, colour, { depth: 60, soft: 36 }) + hair;
};

/** Options: colour, bobble (colour of the stripes and the bobble). */
export const beanie = (options) => {
  const colour = ink(options.colour);
  const stripe = ink('Bone');
  const band = (y, w) => stroke(`M240 ${y}C480 ${y + 44} 800 ${y + 44} 1040 ${y}`, stripe, w, 'opacity="0.92"');
  const inside =
    (options.bobble ? band(690, 46) + band(800, 46) : '') +
    domeRibs(colour) +
    creases(
      [
        ['M330 900C400 800 420 700 400 600', 40, 0.3, 'd'],
        ['M930 900C880 800 870 700 890 620', 40, 0.34, 'd'],
      ],
      colour,
      20,
    ) +
    blur(stroke('M240 930C500 970 780 970 1040 930', '#14101c', 46), 18, 'opacity="0.55"');
  const hat =
    castShadow(DOME + FOLD, { dx: 34, dy: 44, soft: 36, opacity: 0.5 }) +
    volume(DOME, colour, { depth: 80, soft: 56, shade: 0.5, inside }) +
    volume(FOLD, lighten(colour, 0.03), { depth: 48, soft: 30, shade: 0.45 }) +
    ribs(FOLD, colour, [232, 920, 1048, 920], [240, 1290, 1040, 1290], 31, 10) +
    blur(stroke('M262 936C500 972 780 972 1018 936', lighten(colour, 0.6), 10), 5, 'opacity="0.4"') +
    path('M868 1086h104v92h-104z', `fill="${darken('#8d5a38', 0.05)}"`) +
    stitches('M876 1094h88v76h-88z', '#8d5a38', { dash: '7 5' }) +
    motif('brackets', 920, 1132, 24, '#e9d9c0');
  return (
    flat(TONES.small) +
    g((options.bobble ? bobble(stripe) : '') + hat, `transform="rotate(-3 640 800) translate(0 ${options.bobble ? 30 : -10})"`)
  );
};

const CROWN = 'M268 930C240 640 360 392 640 384C920 392 1040 640 1012 930C880 860 400 860 268 930Z';
const PEAK =
  'M262 916C410 812 870 812 1018 916C1098 978 1142 1084 1130 1160C1122 1206 1072 1214 1040 1188C900 1078 380 1078 240 1188C208 1214 158 1206 150 1160C138 1084 182 978 262 916Z';

const peakRows = (colour) =>
  times(6, (i) =>
    stitches(
      `M${n(232 - i * 12)} ${n(958 + i * 36)}C${n(390 - i * 10)} ${n(858 + i * 32)} ${n(890 + i * 10)} ${n(858 + i * 32)} ${n(1048 + i * 12)} ${n(958 + i * 36)}`,
      colour,
      { dash: '10 6' },
    ),
  );

/** Options: colour, print. */
export const cap = (options) => {
  const colour = ink(options.colour);
  const panels =
    seam('M640 386V868M420 470C350 590 330 740 344 890M860 470C930 590 950 740 936 890', colour) +
    stitches('M626 390V866M654 390V866M408 474C338 594 318 744 330 896M872 474C942 594 962 744 950 896', colour);
  const eyes = [
    [498, 560],
    [782, 560],
  ]
    .map(([x, y]) => ellipse(x, y, 13, 14, `fill="${darken(colour, 0.7)}" stroke="${lighten(colour, 0.14)}" stroke-width="7"`))
    .join('');
  const crownFolds = creases(
    [
      ['M330 860C420 760 430 640 400 540', 44, 0.3, 'd'],
      ['M950 860C880 760 850 640 880 540', 44, 0.4, 'd'],
      ['M520 470C560 440 600 430 640 430', 40, 0.35, 'l'],
    ],
    colour,
    20,
  );
  const whole =
    castShadow(CROWN + PEAK, { dx: 34, dy: 60, soft: 38, opacity: 0.5 }) +
    volume(CROWN, colour, { depth: 90, soft: 60, shade: 0.5, inside: crownFolds }) +
    wrinkles(CROWN, 8, 0.2) +
    panels +
    eyes +
    ellipse(640, 386, 34, 16, `fill="${darken(colour, 0.1)}" stroke="${darken(colour, 0.5)}" stroke-width="2"`) +
    ellipse(634, 382, 20, 7, `fill="${lighten(colour, 0.3)}" opacity="0.6"`) +
    embroidered((c) => motif(options.print, 640, 690, 92, c), printOn(colour)) +
    clip(CROWN, blur(stroke('M250 930C400 850 880 850 1030 930', '#120f1a', 40), 16, 'opacity="0.5"')) +
    volume(PEAK, darken(colour, 0.04), { depth: 50, soft: 34, shade: 0.5, sheen: 0.4 }) +
    peakRows(colour) +
    blur(stroke('M420 900C520 872 660 866 760 880', lighten(colour, 0.7), 30), 22, 'opacity="0.35"');
  return flat(TONES.small) + g(whole, 'transform="translate(640 800) scale(1.06) translate(-640 -780)"');
};

const SOCK =
  'M418 176H742C738 420 730 620 736 800C742 884 800 930 884 992C984 1066 1048 1140 1036 1234C1024 1330 922 1372 822 1326C690 1264 560 1180 474 1078C420 1010 408 930 414 820C424 600 424 400 418 176Z';
const CUFF = 'M414 170C520 184 640 184 746 170C744 240 742 292 740 336C640 350 520 350 420 336C418 292 416 240 414 170Z';

const sockArt = (options, colour, patch) => {
  if (options.heart) return motif('heart', 576, 560, 172, options.tone, '', 'scale(0.94 1)');
  return (
    ellipse(452, 1010, 170, 150, `fill="${patch}"`) +
    ellipse(1010, 1290, 196, 180, `fill="${patch}"`) +
    times(options.stripes, (i) => stroke(`M400 ${400 + i * 56}C520 ${412 + i * 56} 640 ${412 + i * 56} 760 ${400 + i * 56}`, patch, 26))
  );
};

const sock = (options, name) => {
  const colour = ink(name);
  const patch = ink(options.patch ?? 'Bone');
  const lines = times(34, (i) =>
    stroke(
      `M${n(424 + i * 9.6)} 176C${n(428 + i * 9.4)} 560 ${n(418 + i * 9.6)} 760 ${n(430 + i * 10.6)} ${n(920 + i * 6)}`,
      darken(colour, 0.7),
      3,
      'opacity="0.13"',
    ),
  );
  const folds = creases(
    [
      ['M424 900C520 900 640 860 730 790', 40, 0.34, 'd'],
      ['M430 850C540 850 640 820 720 760', 24, 0.3, 'l'],
      ['M480 1060C580 1040 680 1010 800 950', 34, 0.3, 'd'],
      ['M424 700C520 720 640 710 736 690', 26, 0.2, 'd'],
    ],
    colour,
    16,
  );
  const heel = options.heart ? '' : stitches('M430 868C540 880 610 960 600 1070M830 1320C812 1240 860 1150 960 1110', patch);
  return (
    castShadow(SOCK, { dx: 26, dy: 36, soft: 26, opacity: 0.5 }) +
    volume(SOCK, colour, { depth: 52, soft: 36, shade: 0.48 }) +
    clip(
      SOCK,
      sockArt({ ...options, tone: printOn(colour) }, colour, patch) +
        lines +
        folds +
        blur(path(SOCK, `fill="none" stroke="#15121f" stroke-width="70" transform="translate(-20 -20)"`), 30, 'opacity="0.34"'),
    ) +
    heel +
    volume(CUFF, colour, { depth: 26, soft: 18 }) +
    ribs(CUFF, colour, [412, 168, 748, 168], [418, 350, 742, 350], 30, 6)
  );
};

/** A pair, or the first of several pairs. Options: colours (front, back), patch, stripes or heart. */
export const socks = (options) => {
  const [front, back, third] = options.colours;
  const behind = third ? g(sock({ ...options, stripes: 3 }, third), 'transform="translate(330 -120) rotate(16 600 800)"') : '';
  return (
    flat(TONES.small) +
    behind +
    g(
      sock({ ...options, stripes: third ? 2 : options.stripes }, back),
      `transform="translate(${third ? 120 : 190} -40) rotate(${third ? 5 : 9} 600 800)"`,
    ) +
    g(sock(options, front), 'transform="translate(-130 70) rotate(-5 600 800)"')
  );
};

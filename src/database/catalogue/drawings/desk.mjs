// The things under, around and below a keyboard: mats, wrist rests, weights.

import {
  at,
  blur,
  castShadow,
  clip,
  darken,
  ellipse,
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
  wobble,
} from './core.mjs';
import { canvasWeave, stitches } from './cloth.mjs';
import { boardOnly } from './keyboard.mjs';
import { motif } from './motifs.mjs';
import { TONES, flat } from './stage.mjs';

/** Grain that runs along x, clipped to a shape. */
export const grain = (d, colour, [x, y, w, h], seed = 3) => {
  const next = wobble(seed);
  const lines = times(Math.round(h / 9), (i) => {
    const [yy, bend] = [y + i * 9 + next() * 8, (next() - 0.5) * 26];
    return stroke(
      `M${x - 20} ${n(yy)}C${n(x + w * 0.3)} ${n(yy + bend)} ${n(x + w * 0.6)} ${n(yy - bend)} ${x + w + 20} ${n(yy + bend * 0.4)}`,
      darken(colour, 0.55),
      1.4 + next() * 3.4,
      `opacity="${n(1 + next() * 2) / 10}"`,
    );
  });
  return clip(d, lines);
};

const mouse = () => {
  const shape = 'M0 -150C70 -150 100 -90 100 0C100 100 70 160 0 160C-70 160 -100 100 -100 0C-100 -90 -70 -150 0 -150Z';
  return (
    castShadow(shape, { dx: 22, dy: 28, soft: 18, opacity: 0.5 }) +
    volume(shape, '#d8d2c6', { depth: 36, soft: 24 }) +
    stroke('M0 -148V-30M-98 -30C-60 -20 60 -20 98 -30', '#8e887e', 3, 'opacity="0.6"') +
    rect(-11, -110, 22, 56, 11, 'fill="#45434b"') +
    rect(-8, -106, 9, 46, 5, 'fill="#7d7a82"')
  );
};

const contours = (colour) => {
  const tone = luminance(colour) < 0.5 ? lighten(colour, 0.5) : darken(colour, 0.5);
  const ringAt = (cx, cy, r, k) => {
    const points = Array.from({ length: 12 }, (_, i) => {
      const a = (i / 12) * Math.PI * 2;
      const rr = r * (1 + 0.16 * Math.sin(a * 2 + k) + 0.09 * Math.sin(a * 3 + k * 2) + 0.03 * Math.cos(5 * a));
      return [cx + rr * Math.cos(a) * 1.25, cy + rr * Math.sin(a)];
    });
    const mid = (i) => {
      const [p, q] = [points[i % 12], points[(i + 1) % 12]];
      return `${n((p[0] + q[0]) / 2)} ${n((p[1] + q[1]) / 2)}`;
    };
    return `M${mid(11)}${times(12, (i) => `Q${n(points[i][0])} ${n(points[i][1])} ${mid(i)}`)}Z`;
  };
  return (
    times(22, (i) =>
      stroke(ringAt(500 + i * 4, 560 - i * 6, 40 + i * 52, 0.9 + i * 0.05), tone, i % 4 ? 3.4 : 6, `opacity="${i % 4 ? 0.5 : 0.75}"`),
    ) +
    stroke(
      'M120 1300C240 1160 200 1040 330 960C460 880 360 760 450 690C520 640 470 590 500 562',
      ink('Bone'),
      9,
      'stroke-dasharray="2 22"',
    ) +
    `<circle cx="500" cy="560" r="15" fill="${ink('Bone')}"/>`
  );
};

/** A desk mat under a keyboard. Options: colour, topo. */
export const mat = (options) => {
  const colour = ink(options.colour);
  const sheet = roundRect(-420, -300, 1700, 2100, 26);
  const edge = options.topo
    ? stitches(roundRect(-408, -288, 1676, 2076, 22), colour, { dash: '12 5', width: 6, tone: darken(colour, 0.35) })
    : stitches(roundRect(-392, -272, 1644, 2044, 18), colour);
  const surface =
    castShadow(sheet, { dx: 22, dy: 26, soft: 20, opacity: 0.5 }) +
    volume(sheet, colour, { depth: 14, soft: 10 }) +
    (options.topo ? clip(sheet, contours(colour)) : canvasWeave(sheet, colour, 1.2, 0.05)) +
    edge;
  const dark = luminance(colour) < 0.4;
  const board = boardOnly(
    options.topo
      ? { colour: 'Bone', mods: options.colour, accent: 'Ochre' }
      : dark
        ? { colour: 'Bone', mods: 'Fog', accent: 'Clay' }
        : { colour: 'Ink', accent: 'Clay' },
  );
  const tab = options.topo
    ? ''
    : at(
        1010,
        1220,
        castShadow(roundRect(0, 0, 380, 84, 30), { dx: 6, dy: 9, soft: 6 }) +
          volume(roundRect(0, 0, 380, 84, 30), ink('Leather'), { depth: 14, soft: 8 }) +
          stitches(roundRect(12, 12, 356, 60, 20), ink('Leather')),
      );
  const boardAt = options.topo ? 'translate(250 250) scale(0.98)' : 'translate(150 470) scale(0.98)';
  return (
    flat(TONES.desk) +
    g(
      surface + g(board, `transform="${boardAt}"`) + (options.topo ? '' : at(560, 1240, mouse())) + tab,
      `transform="rotate(-9 640 800) translate(0 60)"`,
    )
  );
};

/** The end of the felt mat rolled up. */
export const matRoll = () => {
  const [felt, cork] = [ink('Fog'), ink('Cork')];
  const sheet = 'M560 -60H1400V1700H560Z';
  const [def, roll] = linear(
    [
      [0, darken(felt, 0.4)],
      [0.25, lighten(felt, 0.2)],
      [0.5, felt],
      [0.85, darken(felt, 0.45)],
      [1, darken(felt, 0.3)],
    ],
    [0, 0, 1, 0],
  );
  const spiral = (r) => `M${n(440 + r)} 1262a${n(r)} ${n(r * 0.34)} 0 1 1 ${n(-2 * r)} 0a${n(r)} ${n(r * 0.34)} 0 1 1 ${n(2 * r)} 0`;
  const rolled =
    castShadow('M240 40H640V1262C640 1340 240 1340 240 1262Z', { dx: 44, dy: 40, soft: 34, opacity: 0.55 }) +
    def +
    path('M240 20H640V1262C640 1334 240 1334 240 1262Z', `fill="${roll}"`) +
    canvasWeave('M240 20H640V1262C640 1334 240 1334 240 1262Z', felt, 1.2, 0.04) +
    ellipse(440, 1262, 200, 68, `fill="${darken(felt, 0.1)}"`) +
    times(5, (i) => stroke(spiral(186 - i * 36), darken(cork, 0.1), 11) + stroke(spiral(172 - i * 36), lighten(felt, 0.14), 12)) +
    ellipse(440, 1262, 22, 8, 'fill="#221d22"');
  const strap = 'M236 560C340 600 540 600 644 560V660C540 700 340 700 236 660Z';
  return (
    flat(TONES.desk) +
    g(
      castShadow(sheet, { dx: 10, dy: 20, soft: 16 }) +
        volume(sheet, felt, { depth: 14, soft: 10 }) +
        canvasWeave(sheet, felt, 1.2, 0.05) +
        stitches('M586 -60V1700', felt) +
        rolled +
        castShadow(strap, { dx: 4, dy: 10, soft: 7 }) +
        volume(strap, ink('Leather'), { depth: 18, soft: 12 }) +
        stitches('M238 578C340 616 540 616 642 578M238 642C340 682 540 682 642 642', ink('Leather')) +
        ellipse(540, 634, 18, 18, `fill="${ink('Brass')}" stroke="#6f5527" stroke-width="3"`),
      'transform="rotate(12 640 800) translate(30 20)"',
    )
  );
};

/** A wooden bar before a keyboard. Options: colour (the wood), board. */
export const wristRest = (options) => {
  const wood = ink(options.colour);
  const bar = roundRect(-60, 0, 1720, 300, 92);
  const rest =
    castShadow(bar, { dx: 26, dy: 40, soft: 26, opacity: 0.55 }) +
    volume(bar, wood, { depth: 60, soft: 40, shade: 0.5, sheen: 0.45 }) +
    grain(bar, wood, [-60, 0, 1720, 300], 5) +
    clip(
      bar,
      blur(stroke('M0 70H1600', '#fff4dc', 26), 18, 'opacity="0.5"') + blur(stroke('M0 250H1600', '#1a0f0a', 70), 30, 'opacity="0.34"'),
    ) +
    at(1530, 178, motif('brackets', 0, 0, 30, darken(wood, 0.55)));
  const board = boardOnly(options.colour === 'Oak' ? { colour: 'Bone', mods: 'Fog', accent: 'Clay' } : { colour: 'Ink', accent: 'Ochre' });
  return flat(TONES.desk) + g(board + at(0, 610, rest), 'transform="translate(640 820) rotate(-38) scale(0.98) translate(-720 -480)"');
};

const weight = (x, y, colour, cable) => {
  const metal = (r) =>
    radial(
      [
        [0, lighten(colour, 0.6)],
        [0.4, lighten(colour, 0.1)],
        [0.8, darken(colour, 0.25)],
        [1, darken(colour, 0.5)],
      ],
      [0.34, 0.3, r],
    );
  const [def, top] = metal(0.8);
  const [def2, side] = linear(
    [
      [0, darken(colour, 0.3)],
      [0.2, lighten(colour, 0.5)],
      [0.45, colour],
      [0.85, darken(colour, 0.6)],
      [1, darken(colour, 0.35)],
    ],
    [0, 0, 1, 0],
  );
  const body = 'M-150 0V190C-150 250 150 250 150 190V0Z';
  return at(
    x,
    y,
    castShadow(body + ovalPath(0, 0, 150, 62), { dx: 50, dy: 50, soft: 28, opacity: 0.55 }) +
      path('M-150 186V206C-150 268 150 268 150 206V186Z', `fill="${ink('Leather')}"`) +
      def +
      def2 +
      path(body, `fill="${side}"`) +
      times(5, (i) =>
        stroke(
          `M-150 ${40 + i * 34}C-150 ${100 + i * 34} 150 ${100 + i * 34} 150 ${40 + i * 34}`,
          darken(colour, 0.7),
          2,
          'opacity="0.25"',
        ),
      ) +
      ellipse(0, 0, 150, 62, `fill="${top}"`) +
      ellipse(0, 0, 138, 55, `fill="none" stroke="${lighten(colour, 0.7)}" stroke-width="3" opacity="0.7"`) +
      stroke('M-150 -16Q0 8 150 -16', darken(colour, 0.72), 44, 'stroke-linecap="butt"') +
      stroke(cable[1], '#14101a', 30, 'opacity="0.25" transform="translate(14 30)"') +
      stroke(cable[1], darken(cable[0], 0.45), 28) +
      stroke(cable[1], cable[0], 18, 'transform="translate(-2 -4)"') +
      stroke(cable[1], lighten(cable[0], 0.4), 5, 'transform="translate(-4 -8)" opacity="0.7"'),
  );
};

/** Three turned weights with cables in their grooves. Options: colour. */
export const cableWeights = (options) => {
  const colour = ink(options.colour);
  return (
    flat(TONES.desk) +
    g(
      weight(830, 330, colour, ['#51525c', 'M-1200 -120C-600 -40 -300 -40 -150 -18Q0 6 150 -18C300 -40 500 -120 800 -90']) +
        weight(470, 740, colour, [ink('Clay'), 'M-900 60C-500 -60 -300 -10 -150 -18Q0 6 150 -18C400 -50 600 120 1300 40']) +
        weight(800, 1180, colour, [ink('Bone'), 'M-1100 120C-700 -60 -300 0 -150 -18Q0 6 150 -18C300 -40 400 60 800 130']),
      'transform="translate(640 800) scale(1.12) translate(-650 -810)"',
    )
  );
};

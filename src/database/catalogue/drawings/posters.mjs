// Posters: what is printed on them, and how they hang.

import { at, blur, castShadow, clip, darken, g, ink, lighten, linear, n, path, rect, roundRect, stroke, times, volume } from './core.mjs';
import { grain } from './desk.mjs';
import { DUCK_PATH } from './motifs.mjs';
import { TONES, wall } from './stage.mjs';

const INK = ink('Ink');

const branches = () => {
  const lane = (x, d, colour, w) => stroke(d, colour, w, 'opacity="0.88"') + (x ?? '');
  const dots = (points, c) => points.map(([x, y]) => `<circle cx="${x}" cy="${y}" r="15" fill="${c}"/>`).join('');
  return (
    rect(0, 0, 800, 1060, 0, 'fill="#efe6d5"') +
    lane('', 'M400 1000V70', INK, 24) +
    lane('', 'M400 900C400 820 560 830 560 740V420C560 340 400 350 400 270', ink('Clay'), 24) +
    lane('', 'M560 660C560 590 680 600 680 530V240', ink('Ochre'), 24) +
    lane('', 'M400 780C400 700 250 710 250 630V330C250 250 400 250 400 170', ink('Moss'), 24) +
    lane('', 'M250 560C250 500 130 510 130 450V110', ink('Plum'), 9) +
    dots(
      [
        [400, 960],
        [400, 640],
        [400, 520],
        [400, 120],
      ],
      '#efe6d5',
    ) +
    dots(
      [
        [560, 600],
        [560, 500],
      ],
      '#efe6d5',
    ) +
    dots(
      [
        [250, 480],
        [250, 400],
      ],
      '#efe6d5',
    ) +
    dots(
      [
        [680, 400],
        [680, 300],
      ],
      '#efe6d5',
    )
  );
};

const bigO = () =>
  rect(0, 0, 800, 1060, 0, 'fill="#2c3a5e"') +
  [
    'M100 930H720',
    'M100 930C140 800 300 770 720 745',
    'M100 930L720 520',
    'M100 930C330 800 480 560 620 180',
    'M100 930C250 860 340 620 420 140',
    'M100 930C190 900 220 640 244 130',
  ]
    .map((d, i) => stroke(d, i === 3 ? '#d98a5f' : '#e8dfcd', i === 3 ? 15 : 9, `opacity="${i === 3 ? 1 : 0.85}"`))
    .join('') +
  stroke('M100 100V930H740', '#e8dfcd', 4, 'opacity="0.6"') +
  `<circle cx="100" cy="930" r="17" fill="#e8dfcd"/>`;

const status = () => {
  const kinds = [
    [5, 'open'],
    [10, 'full'],
    [9, 'half'],
    [28, 'ring'],
    [11, 'cross'],
  ];
  const list = kinds.flatMap(([count, kind]) => Array(count).fill(kind));
  const draw = (kind, i) => {
    const [x, y] = [124 + (i % 7) * 92, 124 + Math.floor(i / 7) * 92];
    const circle = (attrs) => `<circle cx="${x}" cy="${y}" r="30" ${attrs}/>`;
    const line = `fill="none" stroke="${INK}" stroke-width="6"`;
    if (i === 37)
      return g(
        path(
          'M-26 -6C-26 26 26 26 26 -6ZM22 -2L40 -18M-14 -12H14M0 -12V-22',
          `fill="${ink('Clay')}" stroke="${ink('Clay')}" stroke-width="6" stroke-linejoin="round" stroke-linecap="round"`,
        ) + stroke('M-26 0C-46 -6 -44 20 -22 16', ink('Clay'), 6),
        `transform="translate(${x} ${y})"`,
      );
    if (kind === 'full') return circle(`fill="${INK}"`);
    if (kind === 'half') return circle(line) + path(`M${x} ${y - 30}a30 30 0 0 1 0 60z`, `fill="${INK}"`);
    if (kind === 'cross') return circle(line) + stroke(`M${x - 13} ${y - 13}l26 26m0 -26l-26 26`, INK, 6);
    return circle(kind === 'open' ? `${line} stroke-dasharray="7 8"` : line);
  };
  return rect(0, 0, 800, 1060, 0, 'fill="#eee6d6"') + list.slice(0, 63).map(draw).join('');
};

const duck = () => {
  const dim = '#2c3a5e';
  const arrow = (x1, y1, x2, y2) => {
    const [dx, dy] = [Math.sign(x2 - x1) * 16, Math.sign(y2 - y1) * 16];
    return stroke(
      `M${x1} ${y1}L${x2} ${y2}M${x1 + dx + dy / 2} ${y1 + dy + dx / 2}L${x1} ${y1}L${x1 + dx - dy / 2} ${y1 + dy - dx / 2}M${x2 - dx + dy / 2} ${y2 - dy + dx / 2}L${x2} ${y2}L${x2 - dx - dy / 2} ${y2 - dy - dx / 2}`,
      dim,
      4,
    );
  };
  return (
    rect(0, 0, 800, 1060, 0, 'fill="#e9e3d6"') +
    times(19, (i) => stroke(`M40 ${50 + i * 53}H760`, dim, 1, 'opacity="0.16"')) +
    times(14, (i) => stroke(`M${56 + i * 53} 40V1020`, dim, 1, 'opacity="0.16"')) +
    g(
      path(DUCK_PATH, `fill="none" stroke="${dim}" stroke-width="3.2"`) +
        stroke('M-18 22C4 42 38 36 52 12M-30 -20C-20 -8 10 -2 34 -8', dim, 2, 'stroke-dasharray="5 4"') +
        `<circle cx="-6" cy="-52" r="8" fill="none" stroke="${dim}" stroke-width="3"/>` +
        stroke('M-100 74H104M0 -96V88', dim, 1.2, 'stroke-dasharray="10 4 2 4"'),
      'transform="translate(400 470) scale(-2.7 2.7)"',
    ) +
    arrow(166, 760, 630, 760) +
    arrow(90, 258, 90, 664) +
    stroke('M166 690V790M630 600V790M60 258H400M60 664H220', dim, 1.8, 'opacity="0.7"') +
    stroke('M520 300L640 200H730', dim, 3) +
    stroke('M560 860H740M560 900H740M560 940H680', dim, 5, 'opacity="0.7"') +
    stroke('M540 830H760V1000H540Z', dim, 3)
  );
};

const stars = () =>
  rect(0, 0, 800, 1060, 0, 'fill="#c4933f"') +
  times(5, (i) =>
    times(3, (k) => {
      const [y, r, a] = [150 + i * 190, 66, (k * Math.PI) / 3 + Math.PI / 2];
      return stroke(
        `M${n(400 + r * Math.cos(a))} ${n(y + r * Math.sin(a))}L${n(400 - r * Math.cos(a))} ${n(y - r * Math.sin(a))}`,
        '#2b2a33',
        9 + i * 8,
      );
    }),
  );

const PRINTS = { branches, bigO, status, duck, stars };

const sheen = () => {
  const [def, paint] = linear(
    [
      [0, '#fff', 0.2],
      [0.35, '#fff', 0.02],
      [0.36, '#fff', 0.1],
      [0.5, '#fff', 0],
      [1, '#141020', 0.16],
    ],
    [0, 0, 1, 1],
  );
  return def + rect(0, 0, 800, 1060, 0, `fill="${paint}"`);
};

const side = (d, colour, tone, box, seed) => path(d, `fill="${tone}"`) + grain(d, colour, box, seed);

/** In a wooden or black frame with a mount, on the wall. */
const framed = (art, wood) => {
  const outer = roundRect(120, 110, 1040, 1340, 4);
  const sides =
    side('M120 110H1160L1120 150H160Z', wood, lighten(wood, 0.22), [120, 110, 1040, 40], 2) +
    side('M120 1450H1160L1120 1410H160Z', wood, darken(wood, 0.28), [120, 1410, 1040, 40], 4) +
    path('M120 110L160 150V1410L120 1450Z', `fill="${lighten(wood, 0.08)}"`) +
    path('M1160 110L1120 150V1410L1160 1450Z', `fill="${darken(wood, 0.16)}"`);
  const inner = 'M160 150H1120V1410H160Z';
  return (
    castShadow(outer, { dx: 60, dy: 70, soft: 40, opacity: 0.55, contact: 0.45 }) +
    path(outer, `fill="${wood}"`) +
    sides +
    path(inner, 'fill="#f4efe4"') +
    clip(inner, blur(stroke('M150 1420V140H1130', '#1a141c', 34), 13, 'opacity="0.55"')) +
    at(240, 240, rect(-6, -6, 812, 1072, 0, 'fill="#d8d0c0"') + art + sheen(), 'translate(0 10)') +
    stroke('M161 1410V151H1119', darken(wood, 0.5), 3, 'opacity="0.6"')
  );
};

/** Between two wooden rails on a cord. */
const hung = (art, wood) => {
  const rail = (y) =>
    castShadow(roundRect(150, y, 980, 46, 8), { dx: 24, dy: 28, soft: 14, opacity: 0.5 }) +
    volume(roundRect(150, y, 980, 46, 8), wood, { depth: 16, soft: 8 }) +
    grain(roundRect(150, y, 980, 46, 8), wood, [150, y, 980, 46], 3);
  const sheet = 'M176 250H1104C1112 620 1110 980 1104 1440H176C170 980 168 620 176 250Z';
  return (
    blur(stroke('M330 240L640 70L950 240', '#1a141c', 8, 'transform="translate(20 22)"'), 7, 'opacity="0.3"') +
    stroke('M330 240L640 70L950 240', '#4b4038', 6) +
    `<circle cx="640" cy="68" r="13" fill="${ink('Brass')}"/>` +
    castShadow(sheet, { dx: 50, dy: 50, soft: 34, opacity: 0.45 }) +
    clip(
      sheet,
      g(art, 'transform="translate(168 240) scale(1.181 1.14)"') +
        blur(stroke('M400 240C380 700 420 1000 400 1450', '#fff', 90), 50, 'opacity="0.16"') +
        blur(stroke('M900 240C930 700 880 1000 900 1450', '#120d14', 90), 50, 'opacity="0.2"'),
    ) +
    rail(222) +
    rail(1416)
  );
};

/** A close view of the paper, lying, one corner lifted. */
const lying = (art) => {
  const sheet = 'M-300 -500H1010C1040 200 1020 800 960 1160C900 1230 780 1260 640 1270C300 1290 0 1260 -300 1300Z';
  const curl = 'M960 1160C900 1230 780 1260 640 1270C700 1200 760 1130 800 1060C860 1080 920 1110 960 1160Z';
  return g(
    castShadow(sheet, { dx: 30, dy: 40, soft: 26, opacity: 0.5 }) +
      clip(sheet, g(art, `transform="translate(-420 -560) scale(1.8)"`)) +
      castShadow(curl, { dx: -16, dy: -18, soft: 16, opacity: 0.4, contact: 0.2 }) +
      volume(curl, '#f6f0e2', { depth: 30, soft: 22 }),
    'transform="rotate(-11 640 800) translate(90 60)"',
  );
};

/** Options: print, frame (wood colour), hang ("frame", "rails" or "lying"). */
export const poster = (options) => {
  const art = PRINTS[options.print]();
  const wood = ink(options.frame ?? 'Oak');
  const how = { frame: framed, rails: hung, lying };
  return wall(TONES.posters) + how[options.hang ?? 'frame'](art, options.frame === 'Graphite' ? darken(wood, 0.2) : wood);
};
export const printArt = (name) => PRINTS[name]();

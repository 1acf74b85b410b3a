// Every picture of the catalogue: its name, the drawing that makes it, and the parameters of that drawing.

import { bottle, carafe, teapot, tumbler } from './bottles.mjs';
import { backpack, pouch, sleeve, sling, tote } from './bags.mjs';
import { cableWeights, mat, matRoll, wristRest } from './desk.mjs';
import { beanie, cap, socks } from './headwear.mjs';
import { HERO, hero } from './hero.mjs';
import { buildLight, candle, cushion, duck, throwBlanket } from './home.mjs';
import { hoodie } from './hoodie.mjs';
import { brassKey, brassOnBoard, caps, keyboard, macroPad } from './keyboard.mjs';
import { cupPair, cupStack, enamelMug, mug } from './mugs.mjs';
import { cards, ledger, notebook, openBook, pad } from './paper.mjs';
import { duckPin, laptopLid, lightPin, patch, roundPin, scattered, stickerSheet } from './pins.mjs';
import { poster } from './posters.mjs';
import { laptopStand, riser } from './stands.mjs';
import { foldedTee, tee } from './tee.mjs';

const bell = { zipped: true, print: 'bell', x: 772, y: 700, size: 42 };
const semicolon = { print: 'semicolon', x: 765, y: 720, size: 40, thread: true };
const trunk = { colour: 'Bone', mods: 'Fog', accent: 'Clay' };
const tkl = { colour: 'Bone', mods: 'Moss', case: 'Moss', accent: 'Clay', tkl: true };

// [name, drawing, parameters, crop]: the crop is a 4:5 window into the drawing, for close views.
const APPAREL = [
  ['merge-commit-hoodie-ink', hoodie, { colour: 'Ink', print: 'merge' }],
  ['merge-commit-hoodie-moss', hoodie, { colour: 'Moss', print: 'merge' }],
  ['merge-commit-hoodie-detail', hoodie, { colour: 'Ink', print: 'merge', close: true }, [340, 440, 600]],
  ['on-call-zip-hoodie-fog', hoodie, { colour: 'Fog', ...bell, thread: '#6d757b' }],
  ['on-call-zip-hoodie-clay', hoodie, { colour: 'Clay', ...bell, thread: '#dba68f' }],
  ['no-deploy-friday-hoodie-front', hoodie, { colour: 'Ochre' }],
  ['no-deploy-friday-hoodie-back', hoodie, { colour: 'Ochre', back: true, print: 'week', y: 900, size: 170, accent: '#9c3b2c' }],
  ['semicolon-hoodie-bone', hoodie, { colour: 'Bone', ...semicolon }],
  ['semicolon-hoodie-ink', hoodie, { colour: 'Ink', ...semicolon }],
  ['semicolon-hoodie-detail', hoodie, { colour: 'Bone', ...semicolon, close: true }, [500, 480, 480]],
  ['rollback-hoodie-front', hoodie, { colour: 'Plum' }],
  ['rollback-hoodie-back', hoodie, { colour: 'Plum', back: true, print: 'rollback', y: 880, size: 160 }],
  ['merge-conflict-tee-bone', tee, { colour: 'Bone', print: 'conflict', size: 200, y: 600 }],
  ['merge-conflict-tee-ink', tee, { colour: 'Ink', print: 'conflict', size: 200, y: 600 }],
  ['merge-conflict-tee-folded', foldedTee, { colour: 'Bone', print: 'conflict', size: 230 }],
  ['works-locally-tee-moss', tee, { colour: 'Moss', print: 'terminal', size: 130 }],
  ['works-locally-tee-bone', tee, { colour: 'Bone', print: 'terminal', size: 130 }],
  ['every-minute-tee-clay', tee, { colour: 'Clay', print: 'cron', size: 230, y: 560 }],
  ['every-minute-tee-ink', tee, { colour: 'Ink', print: 'cron', size: 230, y: 560 }],
  ['every-minute-tee-detail', tee, { colour: 'Clay', print: 'cron', size: 230, y: 560, close: true }, [360, 190, 560]],
  ['rubber-duck-tee-fog', tee, { colour: 'Fog', print: 'duck', size: 150, tone: '#2b3146' }],
  ['rubber-duck-tee-ochre', tee, { colour: 'Ochre', print: 'duck', size: 150, tone: '#f0e5cd' }],
  ['balanced-tree-tee-front', tee, { colour: 'Bone', print: 'tree', size: 210, y: 620, tone: '#2c4336' }],
  ['balanced-tree-tee-folded', foldedTee, { colour: 'Bone', print: 'tree', size: 250, tone: '#2c4336' }],
  ['green-pipeline-tee-front', tee, { colour: 'Ink', print: 'pipeline', size: 210, y: 560 }],
  ['green-pipeline-tee-detail', tee, { colour: 'Ink', print: 'pipeline', size: 210, y: 560, close: true }, [360, 190, 560]],
  ...['Bone', 'Fog', 'Moss'].map((colour) => [`blank-state-tee-${colour.toLowerCase()}`, tee, { colour, pocket: true }]),
  ...['Ink', 'Ochre', 'Moss'].map((colour) => [`stash-beanie-${colour.toLowerCase()}`, beanie, { colour }]),
  ['cold-start-beanie-front', beanie, { colour: 'Clay', bobble: true }],
  ['root-cap-ink', cap, { colour: 'Ink', print: 'hash' }],
  ['root-cap-bone', cap, { colour: 'Bone', print: 'hash' }],
  ['dark-mode-cap-front', cap, { colour: 'Moss', print: 'moon' }],
  ['uptime-socks-ink', socks, { colours: ['Ink', 'Ink'], heart: true }],
  ['uptime-socks-clay', socks, { colours: ['Clay', 'Clay'], heart: true }],
  ['hotfix-socks-pack', socks, { colours: ['Ochre', 'Moss', 'Fog'], stripes: 1 }],
  ['hotfix-socks-moss', socks, { colours: ['Moss', 'Moss'], stripes: 2 }],
];

const DESK = [
  ['trunk-65-keyboard-bone', keyboard, trunk],
  ['trunk-65-keyboard-ink', keyboard, { colour: 'Ink', accent: 'Ochre' }],
  ['trunk-65-keyboard-detail', keyboard, { ...trunk, turn: -24, scale: 2.3, x: 1700, y: 520, cable: false }],
  ['mainline-tkl-keyboard-top', keyboard, tkl],
  ['mainline-tkl-keyboard-detail', keyboard, { ...tkl, turn: -20, scale: 2.1, x: 1800, y: 480, cable: false }],
  ['runbook-nine-macro-pad-ink', macroPad, { colour: 'Ink' }],
  ['runbook-nine-macro-pad-bone', macroPad, { colour: 'Bone' }],
  ['ligature-keycaps-bone', caps, trunk],
  ['ligature-keycaps-moss', caps, { colour: 'Moss', mods: 'Bone', accent: 'Ochre' }],
  ['brass-escape-key-single', brassKey, {}],
  ['brass-escape-key-board', brassOnBoard, {}],
  ['long-log-desk-mat-fog', mat, { colour: 'Fog' }],
  ['long-log-desk-mat-ink', mat, { colour: 'Ink' }],
  ['long-log-desk-mat-detail', matRoll, {}],
  ['topology-desk-mat-moss', mat, { colour: 'Moss', topo: true }],
  ['topology-desk-mat-clay', mat, { colour: 'Clay', topo: true }],
  ['upstream-laptop-stand-fog', laptopStand, { colour: 'Fog' }],
  ['upstream-laptop-stand-ink', laptopStand, { colour: 'Ink' }],
  ['second-shelf-oak', riser, { colour: 'Oak' }],
  ['second-shelf-walnut', riser, { colour: 'Walnut' }],
  ['long-session-wrist-rest-oak', wristRest, { colour: 'Oak' }],
  ['long-session-wrist-rest-walnut', wristRest, { colour: 'Walnut' }],
  ['pull-request-cable-weights-brass', cableWeights, { colour: 'Brass' }],
  ['pull-request-cable-weights-steel', cableWeights, { colour: 'Steel' }],
];

const DRINKWARE = [
  ...['Bone', 'Ink', 'Clay'].map((colour) => [`null-mug-${colour.toLowerCase()}`, mug, { colour, print: 'empty' }]),
  ['fast-forward-mug-moss', mug, { colour: 'Moss', print: 'chevrons', dipped: true, fill: true }],
  ['fast-forward-mug-bone', mug, { colour: 'Bone', print: 'chevrons', dipped: true }],
  ['field-ops-enamel-mug-bone', enamelMug, { colour: 'Bone', rim: 'Ink', print: 'sapling' }],
  ['field-ops-enamel-mug-ink', enamelMug, { colour: 'Ink', rim: 'Bone', print: 'sapling' }],
  ['cold-start-espresso-cups-stack', cupStack, {}],
  ['cold-start-espresso-cups-pair', cupPair, {}],
  ['rubber-duck-mug-front', mug, { colour: 'Ochre', print: 'duck', size: 180 }],
  ['progress-mug-fog', mug, { colour: 'Fog', progress: true, fill: true }],
  ['progress-mug-plum', mug, { colour: 'Plum', progress: true }],
  ['uptime-bottle-ink', bottle, { colour: 'Ink', print: 'heart' }],
  ['uptime-bottle-moss', bottle, { colour: 'Moss', print: 'heart' }],
  ['uptime-bottle-clay', bottle, { colour: 'Clay', print: 'heart' }],
  ['overflow-tumbler-bone', tumbler, { colour: 'Bone' }],
  ['overflow-tumbler-plum', tumbler, { colour: 'Plum' }],
  ['long-poll-carafe-front', carafe, {}],
  ['teapot-418-fog', teapot, { colour: 'Fog' }],
  ['teapot-418-clay', teapot, { colour: 'Clay' }],
];

const BAGS = [
  ['artifact-backpack-ink', backpack, { colour: 'Ink' }],
  ['artifact-backpack-moss', backpack, { colour: 'Moss' }],
  ['artifact-backpack-detail', backpack, { colour: 'Ink', close: true }, [200, 280, 560]],
  ['branch-tote-bone', tote, { colour: 'Bone', print: 'merge' }],
  ['branch-tote-ink', tote, { colour: 'Ink', print: 'merge' }],
  ['payload-sling-clay', sling, { colour: 'Clay' }],
  ['payload-sling-ink', sling, { colour: 'Ink' }],
  ['dongle-pouch-fog', pouch, { colour: 'Fog' }],
  ['dongle-pouch-ochre', pouch, { colour: 'Ochre' }],
  ['sandbox-sleeve-fog', sleeve, { colour: 'Fog', out: true }],
  ['sandbox-sleeve-ink', sleeve, { colour: 'Ink' }],
];

const PAPER = [
  ['changelog-notebook-ink', notebook, { colour: 'Ink', mark: 'brackets' }],
  ['changelog-notebook-clay', notebook, { colour: 'Clay', mark: 'brackets', band: 'Ink' }],
  ['changelog-notebook-open', openBook, { colour: 'Ink', kind: 'dots' }],
  ['postmortem-notebook-plum', notebook, { colour: 'Plum', mark: 'heart', soft: true }],
  ['postmortem-notebook-fog', notebook, { colour: 'Fog', mark: 'heart', soft: true }],
  ['scratch-buffer-pad-front', pad, {}],
  ['scratch-buffer-pad-cover', pad, { cover: 'Ochre' }],
  ['runbook-ledger-front', ledger, { colour: 'Moss' }],
  ['runbook-ledger-open', openBook, { colour: 'Moss', kind: 'lines' }],
  ['standup-cards-fan', cards, {}],
  ['branches-poster-wall', poster, { print: 'branches' }],
  ['branches-poster-detail', poster, { print: 'branches', hang: 'lying' }],
  ['big-o-poster-wall', poster, { print: 'bigO', frame: 'Graphite' }],
  ['status-codes-poster-wall', poster, { print: 'status', frame: 'Walnut' }],
  ['status-codes-poster-detail', poster, { print: 'status', hang: 'lying' }],
  ['duck-schematic-poster-wall', poster, { print: 'duck' }],
  ['five-stars-poster-wall', poster, { print: 'stars', hang: 'rails' }],
];

const SMALL = [
  ['sticker-sheet-one-sheet', stickerSheet, {}],
  ['sticker-sheet-one-laptop', laptopLid, {}],
  ['die-cut-stickers-scatter', scattered, {}],
  ['pull-request-pin-brass', roundPin, { metal: 'Brass' }],
  ['pull-request-pin-steel', roundPin, { metal: 'Steel' }],
  ['green-build-pin-card', lightPin, {}],
  ['root-patch-clay', patch, { colour: 'Clay' }],
  ['root-patch-ink', patch, { colour: 'Ink' }],
  ['duck-pin-card', duckPin, {}],
];

const HOME = [
  ...['Ochre', 'Bone', 'Plum'].map((colour) => [`senior-rubber-duck-${colour.toLowerCase()}`, duck, { colour }]),
  ['long-build-candle-lit', candle, { colour: 'Plum', lit: true }],
  ['long-build-candle-unlit', candle, { colour: 'Fog' }],
  ['blanket-statement-ink', throwBlanket, { colour: 'Ink' }],
  ['blanket-statement-clay', throwBlanket, { colour: 'Clay' }],
  ['build-light-ink', buildLight, { colour: 'Ink' }],
  ['build-light-bone', buildLight, { colour: 'Bone' }],
  ['soft-reset-cushion-moss', cushion, { colour: 'Moss' }],
  ['soft-reset-cushion-ochre', cushion, { colour: 'Ochre' }],
];

// Drawings with very many edges, which are written at a lower quality.
const DENSE = new Set([keyboard, caps, macroPad, mat, wristRest, throwBlanket, scattered, pad, socks]);

const product = ([name, draw, options, crop]) => ({
  name,
  draw: () => draw(options),
  w: 1280,
  h: 1600,
  widths: [400, 800, 1280],
  dense: DENSE.has(draw),
  view: crop ? `${crop[0]} ${crop[1]} ${crop[2]} ${crop[2] * 1.25}` : undefined,
});
const wide = (mood) => ({ name: `hero-${mood}`, draw: () => hero({ mood }), ...HERO, widths: [640, 1280, 1920] });

export const PICTURES = [
  ...[...APPAREL, ...DESK, ...DRINKWARE, ...BAGS, ...PAPER, ...SMALL, ...HOME].map(product),
  wide('light'),
  wide('dark'),
];

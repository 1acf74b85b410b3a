// Draws every catalogue picture as SVG and writes it in six files (three widths, AVIF and WebP); --check verifies them.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { resetIds, svg } from './drawings/core.mjs';
import { PICTURES } from './drawings/list.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
const FOLDER = join(HERE, 'pictures');
const RECORD = join(FOLDER, 'rendered.json');
// Higher AVIF effort takes six times as long and saves three per cent.
const QUALITY = { avif: { quality: 58, effort: 2, chromaSubsampling: '4:2:0' }, webp: { quality: 80, effort: 4 } };
// Keycaps and weaves are full of edges: they cost three times the bytes and hide the loss.
const DENSE = { avif: { ...QUALITY.avif, quality: 50 }, webp: { ...QUALITY.webp, quality: 68 } };
const qualityOf = (picture) => (picture.dense ? DENSE : QUALITY);

/** sharp belongs to the storefront; CATALOGUE_SHARP names another folder whose node_modules has it. */
const loadSharp = () => {
  const home = process.env.CATALOGUE_SHARP ?? join(HERE, '../../frontend');
  return createRequire(join(home, 'package.json'))('sharp');
};

const filesOf = ({ name, widths }) =>
  widths.flatMap((w) => Object.keys(QUALITY).map((format) => ({ w, format, file: `${name}-${w}w.${format}` })));
const fingerprint = (picture, source) => createHash('sha256').update(source).update(JSON.stringify(qualityOf(picture))).digest('hex').slice(0, 16);
const drawingOf = (picture) => {
  resetIds();
  return svg(picture.draw(), picture.w, picture.h, picture.view);
};

const readRecord = () => (existsSync(RECORD) ? JSON.parse(readFileSync(RECORD, 'utf8')) : {});
const writeRecord = (record) =>
  writeFileSync(RECORD, `${JSON.stringify(Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1))), null, 1)}\n`);

async function renderOne(sharp, picture, source) {
  const { data, info } = await sharp(Buffer.from(source)).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const raw = { width: info.width, height: info.height, channels: info.channels };
  for (const { w, format, file } of filesOf(picture)) {
    await sharp(data, { raw }).resize(w)[format](qualityOf(picture)[format]).toFile(join(FOLDER, file));
  }
}

async function render(force, only) {
  mkdirSync(FOLDER, { recursive: true });
  const sharp = loadSharp();
  const record = readRecord();
  let written = 0;
  for (const picture of PICTURES.filter(({ name }) => name.includes(only))) {
    const source = drawingOf(picture);
    const mark = fingerprint(picture, source);
    const complete = filesOf(picture).every(({ file }) => existsSync(join(FOLDER, file)));
    if (!force && complete && record[picture.name] === mark) continue;
    await renderOne(sharp, picture, source);
    record[picture.name] = mark;
    // Written after every picture, so that an interrupted run continues where it stopped.
    writeRecord(record);
    written += 1;
  }
  console.log(`catalogue pictures: ${written} drawn, ${PICTURES.length - written} up to date`);
}

/** The cells of a CSV text; quotes may hold commas, line ends and doubled quotes. */
function parseCsv(text) {
  const rows = [[]];
  let cell = '';
  let quoted = false;
  for (let i = 0; i < text.length; i += 1) {
    const c = text[i];
    if (quoted && c === '"' && text[i + 1] === '"') {
      cell += '"';
      i += 1;
    } else if (c === '"') quoted = !quoted;
    else if (c === ',' && !quoted) {
      rows.at(-1).push(cell);
      cell = '';
    } else if (c === '\n' && !quoted) {
      rows.at(-1).push(cell);
      rows.push([]);
      cell = '';
    } else if (c !== '\r' || quoted) cell += c;
  }
  return rows.filter((row) => row.length > 1);
}

function check() {
  const [head, ...rows] = parseCsv(readFileSync(join(HERE, 'products.csv'), 'utf8'));
  const named = new Set(['Image Src', 'Variant Image'].flatMap((column) => rows.map((row) => row[head.indexOf(column)])).filter(Boolean));
  const wanted = new Set([...named].map((source) => source.replace(/^pictures\/|-1280w\.avif$/g, '')));
  const known = new Map(PICTURES.map((picture) => [picture.name, picture]));
  const problems = [...wanted].filter((name) => !known.has(name)).map((name) => `no drawing is called ${name}`);
  for (const picture of PICTURES) {
    if (!wanted.has(picture.name) && !picture.name.startsWith('hero-')) problems.push(`no product uses ${picture.name}`);
    filesOf(picture)
      .filter(({ file }) => !existsSync(join(FOLDER, file)))
      .forEach(({ file }) => problems.push(`missing file pictures/${file}`));
  }
  problems.forEach((problem) => console.error(problem));
  if (!problems.length) console.log(`catalogue: ${wanted.size} pictures used, all files present`);
  return problems.length ? 1 : 0;
}

const flags = process.argv.slice(2);
if (flags.includes('--check')) process.exitCode = check();
else await render(flags.includes('--force'), flags.find((flag) => !flag.startsWith('--')) ?? '');

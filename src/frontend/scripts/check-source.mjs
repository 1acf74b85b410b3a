// The rules of this folder that neither Biome nor the compiler can say.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FOLDERS = ['app', 'components', 'lib', 'scripts', 'tests'];
const GENERATED = 'lib/api/schema.d.ts';
const MAX_LINES = 400;

/** Each rule: what is said when a file breaks it, and when it does. */
const RULES = [
  ['is longer than 400 lines: it holds two ideas', ({ lines }) => lines.length > MAX_LINES],
  [
    'does not open with a sentence about itself',
    ({ lines }) => !/^(\/\/|\/\*)/.test(lines.find(isProse) ?? ''),
  ],
  [
    'has an inline style, which the content security policy refuses',
    ({ name, text }) => name.endsWith('.tsx') && /\sstyle=\{/.test(text),
  ],
  [
    'reads cookies while rendering',
    ({ name, text }) => !name.startsWith('tests') && /\bcookies\(\)/.test(text),
  ],
  ['has a Server Action', ({ text }) => /^\s*['"]use server['"]/m.test(text)],
  [
    'silences the compiler',
    ({ text }) => /@ts-(ignore|nocheck|expect-error)/.test(text.replaceAll(/\/\(.*@ts-.*/g, '')),
  ],
  [
    'waits for time instead of for a thing',
    ({ name, text }) => name.startsWith('tests') && /waitForTimeout/.test(text),
  ],
];

const isProse = (line) => line.trim() !== '' && !/^['"]use client['"];$/.test(line);

const files = FOLDERS.flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(tsx?|mjs|css)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name)),
)
  .map((path) => ({ name: relative(ROOT, path), text: readFileSync(path, 'utf8') }))
  .filter(({ name }) => name !== GENERATED)
  .map((file) => ({ ...file, lines: file.text.split('\n') }));

const complaints = files.flatMap((file) =>
  RULES.filter(([, breaks]) => breaks(file)).map(([says]) => `${file.name} ${says}`),
);
for (const complaint of complaints) console.error(complaint);
if (complaints.length > 0) process.exit(1);
console.log(`Checked ${files.length} files against the folder's own rules.`);

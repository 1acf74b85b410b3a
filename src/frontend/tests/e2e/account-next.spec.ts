// Where signing in may lead: to a page of this shop, whatever the address says. Checked without a browser, since Node resolves
// addresses by the same standard (WHATWG URL).
import { expect, test } from '@playwright/test';
import { ownPath } from '../../lib/account/next';

const ORIGIN = 'https://shop.example';

const ELSEWHERE = [
  '//evil.example',
  '///evil.example',
  '/\\evil.example',
  '\\\\evil.example',
  '/.//evil.example/x',
  '/..//evil.example/x',
  '/./\\evil.example',
  '/x/..//evil.example',
  '/x/../..//evil.example/x',
  '/x/..\\/evil.example',
  '/%2e//evil.example',
  '/%2E%2e//evil.example',
  '/x/%2e%2e//evil.example',
  '/\t/evil.example',
  '/\n/evil.example',
  '/\r\n/evil.example',
  '/\t\\evil.example',
  '/.\t//evil.example',
  '\t//evil.example',
  ' //evil.example',
  '/.//user:password@evil.example/',
  '//user@evil.example',
  '//shop.example@evil.example',
  '%2f%2fevil.example',
  'https://evil.example/',
  'https:evil.example',
  'https:/evil.example',
  'https://shop.example/orders',
  'http://shop.example/',
  'javascript:alert(1)',
  'JavaScript:alert(1)',
  'data:text/html,x',
  'blob:https://shop.example/1',
  'cart',
  '?next=/x',
  '#x',
  '',
  `/${'a'.repeat(2000)}`,
];

test('leads nowhere else, however the address is written', () => {
  const led = ELSEWHERE.filter((next) => ownPath(next, ORIGIN) !== null);
  expect(led).toEqual([]);
});

test('leads to pages of the shop, with their query and what stands after #', () => {
  for (const [next, path] of [
    ['/', '/'],
    ['/account/orders', '/account/orders'],
    ['/search?q=a%2Fb&sort=price#top', '/search?q=a%2Fb&sort=price#top'],
    ['/orders/../cart', '/cart'],
    ['/products//mug', '/products//mug'],
    ['/search?q=//evil.example', '/search?q=//evil.example'],
    ['/%2f%2fevil.example', '/%2f%2fevil.example'],
    ['/a b', '/a%20b'],
  ] as const) {
    expect(ownPath(next, ORIGIN)).toBe(path);
  }
  expect(ownPath(null, ORIGIN)).toBeNull();
});

test('leads to this origin, whatever the address is made of', () => {
  const parts = ['/', '\\', '.', '..', '\t', '\n', '%2f', '%5c', '%2e', 'e.example', '@', ':', '?', '#', ' '];
  const inputs = (length: number): string[] =>
    length === 0 ? ['/'] : inputs(length - 1).flatMap((start) => parts.map((part) => start + part));
  const led = [1, 2, 3, 4].flatMap(inputs).map((next) => ownPath(next, ORIGIN));
  const away = led.filter(
    (path) => path !== null && new URL(path, `${ORIGIN}/account/sign-in`).origin !== ORIGIN,
  );
  expect(away).toEqual([]);
  expect(led.some((path) => path !== null)).toBe(true);
});

// An account as the API would answer about it, for tests of what the pages make of each answer.
import type { Page, Route } from '@playwright/test';
import type { components } from '@/lib/api/schema';

type Schemas = components['schemas'];

export const ACCOUNT: Schemas['Account'] = {
  email: 'ada@example.com',
  name: 'Ada Lovelace',
  role: 'customer',
  scopes: ['account:read', 'account:write'],
  created_at: '2026-03-04T09:12:00Z',
  new_email: null,
  has_second_factor: false,
  recovery_codes_left: 0,
  needs_second_factor: false,
};

export const HOME: Schemas['SavedAddress'] = {
  id: '01900000-0000-7000-8000-000000000001',
  address: {
    name: 'Ada Lovelace',
    company: null,
    line1: 'Hauptstr. 1',
    line2: null,
    postal_code: '10115',
    city: 'Berlin',
    region: null,
    country: 'DE',
    phone: null,
  },
  default_shipping: true,
  default_billing: true,
};

export const OFFICE: Schemas['SavedAddress'] = {
  id: '01900000-0000-7000-8000-000000000002',
  address: {
    ...HOME.address,
    company: 'Analytical Engines GmbH',
    line1: 'Nebenstr. 22',
    phone: '+49 30 1234567',
  },
  default_shipping: false,
  default_billing: false,
};

const ORDER: Schemas['OrderSummary'] = {
  number: 1042,
  status: 'confirmed',
  payment_status: 'paid',
  fulfilment_status: 'unfulfilled',
  placed_at: '2026-11-20T10:00:00Z',
  total: { amount: 12_890, currency: 'EUR' },
  item_count: 4,
  titles: ['Merge Hoodie', 'Pager Mug', 'Rollback Socks'],
  pictures: [],
};

export const ORDERS: Schemas['OrderSummary'][] = [
  ORDER,
  { ...ORDER, number: 1038, fulfilment_status: 'fulfilled', item_count: 1, titles: ['Pager Mug'] },
  { ...ORDER, number: 1017, status: 'cancelled', payment_status: 'refunded', titles: ['Merge Hoodie'] },
  { ...ORDER, number: 1009, status: 'pending', payment_status: 'unpaid', titles: ['Rollback Socks'] },
];

export const SESSIONS: Schemas['Session'][] = [
  {
    id: '01900000-0000-7000-8000-000000000011',
    current: true,
    client_address: '192.0.2.7',
    user_agent: 'Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0',
    created_at: '2026-11-20T10:00:00Z',
    last_used_at: '2026-11-23T08:30:00Z',
    expires_at: '2026-12-20T10:00:00Z',
  },
  {
    id: '01900000-0000-7000-8000-000000000012',
    current: false,
    client_address: '2001:db8::1f',
    user_agent:
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1',
    created_at: '2026-10-02T18:00:00Z',
    last_used_at: '2026-11-21T20:14:00Z',
    expires_at: '2026-12-02T18:00:00Z',
  },
];

export const TOKENS: Schemas['ApiToken'][] = [
  {
    id: '01900000-0000-7000-8000-000000000021',
    name: 'Spending report',
    scopes: ['account:read'],
    created_at: '2026-11-01T10:00:00Z',
    last_used_at: null,
    expires_at: '2027-01-30T10:00:00Z',
  },
];

export const CODES = Array.from({ length: 10 }, (_, code) => `k7q${code}-m2xp-9dtr`);

export const ENROLMENT: Schemas['TotpEnrolment'] = {
  secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
  url: 'otpauth://totp/Shop:ada%40example.com?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Shop',
};

interface Answer {
  status?: number;
  body?: unknown;
  headers?: Record<string, string>;
}

/** An answer, or what makes one of a request: its body, and how often the same was asked before. */
export type Reply = Answer | ((body: unknown, before: number) => Answer);

/** `GET /api/account` and the like; `*` stands for a segment. */
export type Replies = Record<string, Reply>;

export const ok = (body: unknown): Answer => ({ status: 200, body });
export const DONE: Answer = { status: 204 };

export const problem = (
  status: number,
  code: string,
  errors: { field: string; message: string }[] = [],
  headers: Record<string, string> = {},
): Answer => ({
  status,
  body: { type: `/api/docs#${code}`, title: code, status, detail: code, code, errors },
  headers: { 'content-type': 'application/problem+json', ...headers },
});

export const SIGNED_OUT = problem(401, 'sign_in_required');

const matches = (pattern: string, asked: string): boolean =>
  new RegExp(`^${pattern.replaceAll('*', '[^/]+')}$`).test(asked);

/** Answers in the API's place, and collects what was sent. What nothing is said about goes to the store. */
export async function answer(page: Page, replies: Replies): Promise<{ asked: string; body: unknown }[]> {
  const sent: { asked: string; body: unknown }[] = [];
  const counts = new Map<string, number>();
  await page.route(/\/api\/(account|auth)\b/, async (route: Route) => {
    const request = route.request();
    const asked = `${request.method()} ${new URL(request.url()).pathname}`;
    const pattern = Object.keys(replies).find((candidate) => matches(candidate, asked));
    const reply = pattern === undefined ? undefined : replies[pattern];
    if (reply === undefined) throw new Error(`Nothing answers ${asked}.`);
    const body: unknown = request.postDataJSON();
    const before = counts.get(asked) ?? 0;
    counts.set(asked, before + 1);
    sent.push({ asked, body });
    const said = typeof reply === 'function' ? reply(body, before) : reply;
    await route.fulfill({
      status: said.status ?? 200,
      headers: { 'content-type': 'application/json', ...said.headers },
      body: said.body === undefined ? '' : JSON.stringify(said.body),
    });
  });
  return sent;
}

/** Everything that the pages of an account read. */
export const READS: Replies = {
  'GET /api/account': ok(ACCOUNT),
  'GET /api/account/orders': ok({ items: ORDERS, next_cursor: null }),
  'GET /api/account/addresses': ok({ items: [HOME, OFFICE] }),
  'GET /api/account/sessions': ok({ items: SESSIONS }),
  'GET /api/account/tokens': ok({ items: TOKENS }),
  'GET /api/account/export': problem(404, 'not_found'),
};

/** The browser believes that somebody is signed in. */
export async function believeSignedIn(page: Page): Promise<void> {
  await page.addInitScript(() => window.localStorage.setItem('account', 'true'));
}

export const TOKEN = 'q3bXv8Zr1mKpT0sYw5uJd2';

// The mails that the store sent, as the mail server beside it took them.
import { type APIRequestContext, expect } from '@playwright/test';

const MAILS = 'http://127.0.0.1:18026/';

interface Mail {
  subject: string;
  text: string;
  html: string;
}

/** The newest mail to an address whose subject has these words; waits until it is there. */
export async function mailTo(api: APIRequestContext, address: string, words: string): Promise<Mail> {
  let found: Mail | undefined;
  await expect(async () => {
    const mails: Mail[] = await (await api.get(`${MAILS}?to=${encodeURIComponent(address)}`)).json();
    found = mails.findLast(({ subject }) => subject.includes(words));
    expect(found, `a mail to ${address} about ${words}`).toBeTruthy();
  }).toPass({ timeout: 15_000 });
  return found as Mail;
}

/** The address in a mail that leads to this page of the store, without its origin. */
export function linkIn({ text }: Mail, page: string): string {
  const link = text.match(new RegExp(`https?://[^\\s]*?(${page}#[\\w.-]+)`))?.[1];
  expect(link, `a link to ${page} in: ${text}`).toBeTruthy();
  return link as string;
}

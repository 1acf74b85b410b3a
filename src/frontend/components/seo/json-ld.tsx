// Structured data for search engines, in a script that carries the request's nonce.
import { headers } from 'next/headers';

/** The edge announces its nonce the way Next.js itself reads it: in the policy on the request. */
async function requestNonce(): Promise<string | undefined> {
  const policy = (await headers()).get('content-security-policy');
  return policy ? /'nonce-([^']+)'/.exec(policy)?.[1] : undefined;
}

export async function JsonLd({ data }: { data: object }) {
  // An escaped "<" cannot end the script, and reads the same to a JSON parser.
  const json = JSON.stringify(data).replaceAll('<', '\\u003c');
  return (
    <script
      type="application/ld+json"
      nonce={await requestNonce()}
      // biome-ignore lint/security/noDangerouslySetInnerHtml: JSON in a script can only be written raw; it is escaped above.
      dangerouslySetInnerHTML={{ __html: json }}
    />
  );
}

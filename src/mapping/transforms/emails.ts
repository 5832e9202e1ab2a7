const ADDRESS = /^[^\s@<>,;"]+@[^\s@<>,;"]+\.[^\s@<>,;".]+$/;

export interface Emails {
  /** Valid addresses as written, without `mailto:` and display name. */
  readonly addresses: readonly string[];
  readonly invalid: readonly string[];
}

export function parseEmails(raw: string): Emails {
  const text = raw.trim();
  if (ADDRESS.test(text) && !text.startsWith('mailto:')) return { addresses: [text], invalid: [] };
  const addresses: string[] = [];
  const invalid: string[] = [];
  for (const part of text.split(/[;,]/)) {
    const one = bare(part);
    if (one === '') continue;
    (ADDRESS.test(one) ? addresses : invalid).push(one);
  }
  return { addresses, invalid };
}

const bare = (part: string): string =>
  (/<([^<>]*)>\s*$/.exec(part)?.[1] ?? part).trim().replace(/^mailto:/i, '');

/** Lower case, what contacts are compared by; empty when it is no address. */
export const emailKey = (raw: string): string =>
  raw === '' ? '' : (parseEmails(raw).addresses[0] ?? '').toLowerCase();

/** Secrets never reach a message, a log or a report. */
const MASK = '•••';
const MIN_SECRET_LENGTH = 6;
const secrets = new Set<string>();

/** From now on this text is masked wherever `redact` looks. Very short texts are left alone: masking them would shred every message. */
export function registerSecret(secret: string): void {
  if (secret.length < MIN_SECRET_LENGTH) return;
  secrets.add(secret);
  // As it looks inside a URL or a JSON text.
  secrets.add(encodeURIComponent(secret));
  secrets.add(JSON.stringify(secret).slice(1, -1));
}

export function redact(text: string): string {
  let out = text;
  for (const secret of secrets) out = out.replaceAll(secret, MASK);
  return out
    .replace(/(bearer\s+)[\w.~+/-]+=*/gi, `$1${MASK}`)
    .replace(/(:\/\/[^\s/:@]*:)[^\s/@]+@/g, `$1${MASK}@`);
}

const SECRET_NAMES = /^(api[-_]?key|password|passwd|secret|token|authorization|cookie)$/i;

/** The same for every text inside a value; fields named like a secret are masked whatever they hold. */
export function redactAll(value: unknown): unknown {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return value.map(redactAll);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, inner]) => [
    redact(name),
    SECRET_NAMES.test(name) ? MASK : redactAll(inner),
  ]);
  return Object.fromEntries(entries) as unknown;
}

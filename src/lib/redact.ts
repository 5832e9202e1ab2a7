/** Secrets never reach a message, a log or a report. */
const MASK = '•••';
const MIN_SECRET_LENGTH = 6;
const secrets = new Set<string>();

/** From now on this text is masked wherever `redact` looks. Very short texts are left alone: masking them would shred every message. */
export function registerSecret(secret: string): void {
  if (secret.length >= MIN_SECRET_LENGTH) secrets.add(secret);
}

export function redact(text: string): string {
  let out = text;
  for (const secret of secrets) out = out.replaceAll(secret, MASK);
  return out.replace(/(bearer\s+)[\w.~+/-]+=*/gi, `$1${MASK}`).replace(/(:\/\/[^\s/:@]*:)[^\s/@]+@/g, `$1${MASK}@`);
}

/** Keys of planned records: external ids take [a-z0-9_.-]. */
import { sha256 } from '../lib/hash.ts';

const SHORT_HASH = 16;
export const shortHash = (text: string): string => sha256(text).slice(0, SHORT_HASH);

/**
 * What had to be changed gets a hash, so that two keys never become one.
 * The dot is ours: it parts a second person or a merge note from the contact.
 */
export function safeKey(key: string): string {
  const safe = key
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, '_')
    .slice(0, 60);
  return safe === key ? key : `${safe}-${shortHash(key).slice(0, 8)}`;
}

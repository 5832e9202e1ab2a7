/** The audit log's chain: every entry's hash covers the entry and the hash of the one before. */
import { sha256 } from '../lib/hash.ts';
import { canonicalJson } from '../lib/json.ts';

export interface ChainEntry {
  readonly at: string;
  readonly who: string;
  readonly what: string;
  /** JSON as it was hashed. */
  readonly detail: string;
  readonly previous: string;
  readonly hash: string;
}

export interface ChainCheck {
  readonly entries: number;
  /** Of the last entry: with it, an end cut off can be told as well. */
  readonly last: string;
  /** 1-based, with what is wrong; null when the chain holds. */
  readonly broken: { readonly entry: number; readonly why: string } | null;
}

export const entryHash = ({ at, who, what, detail, previous }: Omit<ChainEntry, 'hash'>): string =>
  sha256(canonicalJson({ at, who, what, detail, previous }));

export function checkChain(entries: Iterable<ChainEntry>): ChainCheck {
  let [count, last] = [0, ''];
  for (const entry of entries) {
    count++;
    const why = faultOf(entry, last);
    if (why !== '') return { entries: count, last, broken: { entry: count, why } };
    last = entry.hash;
  }
  return { entries: count, last, broken: null };
}

function faultOf(entry: ChainEntry, last: string): string {
  if (entry.previous !== last)
    return 'it does not follow the entry before: one is missing or was put in';
  return entry.hash === entryHash(entry) ? '' : 'its content is not what was written';
}

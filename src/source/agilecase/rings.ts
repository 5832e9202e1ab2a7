/** Milestones and versions of documents that stand below each other in a ring: each stays what it is, and the ring is said. */
import type { SourceFile } from '../source.ts';
import { rowsOf, type Part } from './join.ts';
import { cellOf, slotIndex } from './references.ts';

interface Member {
  readonly key: string;
  readonly name: string;
  readonly parent: string;
}

/** Slots of the key, of the parent's key, and of what a person calls it. */
const BELOW: Readonly<Record<string, readonly [key: string, parent: string, name: string]>> = {
  milestone_template: ['milestone_id', 'milestone_parent', 'milestone_title'],
  document: ['document_id', 'document_ref', 'file_name'],
};

/** Whether the rows of this table say what they stand below. */
export const pointsUp = (file: SourceFile): boolean => {
  const [key = '', parent = ''] = BELOW[file.object] ?? [];
  return slotIndex(file, key) !== -1 && slotIndex(file, parent) !== -1;
};

export interface Rings {
  /** The ring as a person reads it, for the first of its members alone; empty for all else. */
  of(file: SourceFile, cells: readonly string[]): string;
}

export async function ringsOf(parts: readonly Part[]): Promise<Rings> {
  const rings = new Map<string, ReadonlyMap<string, string>>();
  for (const object of Object.keys(BELOW)) {
    const members: Member[] = [];
    for (const part of parts.filter(({ file }) => file.object === object && pointsUp(file)))
      for await (const cells of rowsOf(part)) members.push(memberOf(part.file, cells));
    rings.set(object, ringsAmong(members));
  }
  return {
    of: (file, cells) => rings.get(file.object)?.get(memberOf(file, cells).key) ?? '',
  };
}

function memberOf(file: SourceFile, cells: readonly string[]): Member {
  const [key = '', parent = '', name = ''] = BELOW[file.object] ?? [];
  const read = (slot: string): string => cellOf(file, cells, slot);
  // A version that names the document it is of, under the id that all its versions share, is below nothing.
  const above = file.object === 'document' && read(parent) === read(key) ? '' : read(parent);
  return { key: read(key), parent: above, name: read(name) || read(key) };
}

/** Key of the first of a ring -> the ring. */
export function ringsAmong(members: readonly Member[]): ReadonlyMap<string, string> {
  const known = new Map(members.map((one) => [one.key, one]));
  const places = new Map(members.map((one, place) => [one, place]));
  const rings = new Map<string, string>();
  const seen = new Set<Member>();
  for (const first of known.values()) {
    const path: Member[] = [];
    let one: Member | undefined = first;
    for (; one && !seen.has(one); one = known.get(one.parent)) {
      seen.add(one);
      path.push(one);
    }
    // What leads to a ring that was found before is no ring itself.
    if (!one || !path.includes(one)) continue;
    const ring = path.slice(path.indexOf(one));
    const place = Math.min(...ring.map((member) => places.get(member) ?? 0));
    const from = ring.findIndex((member) => member === members[place]);
    const turned = [...ring.slice(from), ...ring.slice(0, from + 1)];
    rings.set(members[place]?.key ?? '', turned.map(({ name }) => name).join(' < '));
  }
  return rings;
}

/** Recognises what a file holds and what its columns mean: by header first, by content where the header says nothing. */
import type { ColumnProfile, Slot, SourceColumn, SourceObject } from './source.ts';

/** Below this a person must confirm. */
export const SURE = 0.8;

export const foldHeader = (text: string): string =>
  text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');

/** Unique names: `Phone`, `Phone (2)`, `column 7`. */
export function columnIds(headers: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return headers.map((header, index) => {
    const name = header.trim() === '' ? `column ${index + 1}` : header.trim();
    const n = (seen.get(name.toLowerCase()) ?? 0) + 1;
    seen.set(name.toLowerCase(), n);
    return n === 1 ? name : `${name} (${n})`;
  });
}

const slotOfHeader = (header: string, slots: readonly Slot[]): Slot | undefined => {
  const folded = foldHeader(header);
  return folded === ''
    ? undefined
    : slots.find((slot) => slot.synonyms.some((synonym) => foldHeader(synonym) === folded));
};

/** How much a row looks like the header of this object: slots found, those only this object has counting double. */
export function headerScore(
  cells: readonly string[],
  object: SourceObject,
  others: readonly SourceObject[],
): number {
  const found = cells
    .map((cell) => slotOfHeader(cell, object.slots))
    .filter((slot) => slot !== undefined);
  const own = new Set(found.map((slot) => slot.name));
  const rare = [...own].filter(
    (name) =>
      !others.some((other) => other !== object && other.slots.some((slot) => slot.name === name)),
  );
  return own.size + rare.length;
}

interface Guess {
  readonly slot: string | null;
  readonly confidence: number;
  readonly reason: string;
}

export function recogniseColumns(
  object: SourceObject,
  headers: readonly string[],
  profiles: readonly ColumnProfile[],
  decisions: Readonly<Record<string, string>>,
): SourceColumn[] {
  const ids = columnIds(headers);
  const guesses = ids.map((id, index) =>
    guess(object, headers[index] ?? '', profiles[index], decisions[id]),
  );
  const winners = new Map<string, number>();
  for (const [index, one] of guesses.entries()) {
    if (one.slot === null) continue;
    const held = winners.get(one.slot);
    if (held === undefined || one.confidence > (guesses[held]?.confidence ?? 0))
      winners.set(one.slot, index);
  }
  return ids.map((id, index) => {
    const one = guesses[index] ?? { slot: null, confidence: 0, reason: '' };
    const loses = one.slot !== null && winners.get(one.slot) !== index;
    const winner = loses ? ids[winners.get(one.slot ?? '') ?? 0] : undefined;
    return {
      id,
      header: headers[index] ?? '',
      index,
      slot: loses ? null : one.slot,
      confidence: loses ? 0.9 : one.confidence,
      reason: loses ? `also reads as ${one.slot}, which "${winner}" fits better` : one.reason,
      alternatives:
        loses && one.slot ? [one.slot] : alternatives(object, profiles[index], one.slot),
      profile: profiles[index] ?? emptyProfile,
    };
  });
}

const emptyProfile: ColumnProfile = {
  type: 'empty',
  rows: 0,
  filled: 0,
  distinct: 0,
  maxLength: 0,
  examples: [],
  misfits: { count: 0, examples: [] },
};

function guess(
  object: SourceObject,
  header: string,
  profile: ColumnProfile | undefined,
  decided: string | undefined,
): Guess {
  if (decided !== undefined)
    return {
      slot: decided === 'custom' ? null : decided,
      confidence: 1,
      reason: 'settled in waybill.yaml',
    };
  const slot = slotOfHeader(header, object.slots);
  if (slot) return byHeader(slot, header, profile);
  return byContent(object, header, profile);
}

/** The values may speak against the header: an "Email" column of phone numbers is no e-mail column. */
function byHeader(slot: Slot, header: string, profile: ColumnProfile | undefined): Guess {
  const canonical =
    foldHeader(slot.label) === foldHeader(header) || foldHeader(slot.name) === foldHeader(header);
  if (!profile || profile.type === 'empty')
    return {
      slot: slot.name,
      confidence: 0.95,
      reason: `the header says ${slot.label}; it is never filled`,
    };
  if (contradicts(slot, profile))
    return {
      slot: slot.name,
      confidence: 0.5,
      reason: `the header says ${slot.label}, but its values look like ${profile.type}`,
    };
  return {
    slot: slot.name,
    confidence: canonical ? 0.99 : 0.92,
    reason: canonical
      ? `the header says ${slot.label}`
      : `"${header.trim()}" is another word for ${slot.label}`,
  };
}

function contradicts(slot: Slot, profile: ColumnProfile): boolean {
  switch (slot.type) {
    case 'email':
      return (
        profile.type !== 'email' &&
        profile.type !== 'longtext' &&
        !profile.examples.some((example) => example.includes('@'))
      );
    case 'datetime':
    case 'date':
      return (
        profile.type !== 'date' &&
        profile.type !== 'datetime' &&
        profile.type !== 'text' &&
        profile.type !== 'choice'
      );
    case 'phone':
      return (
        profile.type === 'email' ||
        profile.type === 'url' ||
        profile.type === 'date' ||
        profile.type === 'datetime'
      );
    case 'key':
      return profile.type === 'email' || profile.type === 'longtext';
    case 'text':
    case 'longtext':
    case 'html':
    case 'boolean':
    case 'integer':
    case 'float':
    case 'list':
      return false;
  }
}

const CONTENT_SLOTS: Readonly<Partial<Record<ColumnProfile['type'], string>>> = { email: 'email' };

function byContent(
  object: SourceObject,
  header: string,
  profile: ColumnProfile | undefined,
): Guess {
  const name = profile && CONTENT_SLOTS[profile.type];
  if (name && object.slots.some((slot) => slot.name === name)) {
    return {
      slot: name,
      confidence: 0.7,
      reason: `${header.trim() === '' ? 'no header, but' : `"${header.trim()}" is not known, but`} the values are ${profile.type} addresses`,
    };
  }
  return {
    slot: null,
    confidence: header.trim() === '' ? 0.6 : 0.9,
    reason: header.trim() === '' ? 'a column without a header' : 'no standard field has this name',
  };
}

function alternatives(
  object: SourceObject,
  profile: ColumnProfile | undefined,
  taken: string | null,
): string[] {
  if (!profile) return [];
  const fitting = object.slots
    .filter((slot) => slot.type === profile.type && slot.name !== taken)
    .map((slot) => slot.name);
  return fitting.slice(0, 4);
}

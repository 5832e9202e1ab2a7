/** Recognises what a file holds and what its columns mean: by header first, by content where the header says nothing. */
import { WaybillError } from '../core/errors.ts';
import type {
  ColumnProfile,
  Slot,
  SourceColumn,
  SourceDecisions,
  SourceFile,
  SourceObject,
} from './source.ts';

/** Below this a person must confirm. */
export const SURE = 0.8;

export const foldHeader = (text: string): string =>
  text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');

/** Unique names: `Phone`, `Phone (2)`, `column 7`; also when the export itself has a column `Phone (2)`. */
export function columnIds(headers: readonly string[]): string[] {
  const own = new Set(headers.map((header) => header.trim().toLowerCase()));
  const taken = new Set<string>();
  return headers.map((header, index) => {
    const name = header.trim() === '' ? `column ${index + 1}` : header.trim();
    let id = name;
    for (
      let n = 2;
      taken.has(id.toLowerCase()) || (id !== header.trim() && own.has(id.toLowerCase()));
      n++
    )
      id = `${name} (${n})`;
    taken.add(id.toLowerCase());
    return id;
  });
}

const folded = new WeakMap<Slot, ReadonlySet<string>>();

/** Folded once: every cell of the first thirty rows is held against every synonym of every object. */
function foldedSynonyms(slot: Slot): ReadonlySet<string> {
  const known = folded.get(slot) ?? new Set(slot.synonyms.map(foldHeader));
  folded.set(slot, known);
  return known;
}

const slotOfHeader = (header: string, slots: readonly Slot[]): Slot | undefined => {
  const wanted = foldHeader(header);
  return wanted === '' ? undefined : slots.find((slot) => foldedSynonyms(slot).has(wanted));
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
  // A note without a text, a deal without anything of a deal: columns that a contact has too are a contact's.
  const core = others.find((one) => one.shape === 'partner');
  const hollow =
    core !== undefined &&
    core !== object &&
    [...own].every((name) => core.slots.some((slot) => slot.name === name));
  return own.size + rare.length - Number(hollow);
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
  checkDecisions(object, ids, decisions);
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
    const winner = one.slot === null ? index : (winners.get(one.slot) ?? index);
    return {
      id,
      header: headers[index] ?? '',
      index,
      alternatives: alternatives(object, profiles[index], one.slot),
      ...(winner === index
        ? one
        : beaten(one, guesses[winner], ids[winner] ?? '', profiles[index])),
      profile: profiles[index] ?? emptyProfile,
    };
  });
}

/** The second column of one meaning is kept as a custom field; where neither fits better, a person says which is which. */
function beaten(
  one: Guess,
  winner: Guess | undefined,
  winnerId: string,
  profile: ColumnProfile | undefined,
): Guess & { alternatives: string[] } {
  const equal = one.confidence === winner?.confidence && profile?.type !== 'empty';
  return {
    slot: null,
    confidence: equal ? 0.6 : 0.9,
    reason: `also reads as ${one.slot}, which "${winnerId}" ${equal ? 'fits just as well' : 'fits better'}`,
    alternatives: one.slot === null ? [] : [one.slot],
  };
}

/** A decision with a slip of the pen must not send a column's values nowhere. */
function checkDecisions(
  object: SourceObject,
  ids: readonly string[],
  decisions: Readonly<Record<string, string>>,
): void {
  const holders = new Map<string, string>();
  for (const [column, slot] of Object.entries(decisions)) {
    const where = `waybill.yaml, source.columns.${object.name}`;
    // Another file of the same object may have it; inspectExport looks at all of them.
    if (!ids.includes(column) || slot === 'custom') continue;
    if (!object.slots.some((one) => one.name === slot))
      throw undecidable(
        `${where}: "${slot}" (column "${column}") is no slot of a ${object.label.toLowerCase()}.`,
        `Choose custom or one of ${object.slots.map((one) => one.name).join(', ')}.`,
      );
    const holder = holders.get(slot);
    if (holder !== undefined)
      throw undecidable(
        `${where}: both "${holder}" and "${column}" are settled as ${slot}.`,
        'Only one column can be it; write custom for the other.',
      );
    holders.set(slot, column);
  }
}

/** A column named in waybill.yaml that no file of its object has is a slip of the pen too. */
export function checkNamedColumns(files: readonly SourceFile[], decisions: SourceDecisions): void {
  for (const [object, columns] of Object.entries(decisions.columns ?? {})) {
    const there = files.filter((one) => one.object === object).flatMap((one) => one.columns);
    const wrong = Object.keys(columns).find((id) => !there.some((one) => one.id === id));
    if (wrong !== undefined)
      throw undecidable(
        `waybill.yaml, source.columns.${object}: the export has no column "${wrong}".`,
        `Its columns: ${[...new Set(there.map((one) => one.id))].join(', ')}.`,
      );
  }
}

const undecidable = (message: string, next: string): WaybillError =>
  new WaybillError('WB_CONFIG_INVALID', message, { place: 'waybill.yaml', next });

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

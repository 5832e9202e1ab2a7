/** A function's records as if they were a file: columns named by elements, recognised exactly, in a fixed order. */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../../../lib/json.ts';
import type { StagedRecord } from '../../../core/record.ts';
import type {
  Extracted,
  RejectedRow,
  SourceColumn,
  SourceFile,
  SourceObject,
} from '../../source.ts';
import { profileBuilder } from '../../profile.ts';
import { foldHeader } from '../../recognise.ts';
import { ELEMENT_SLOTS, spareReason } from './elements.ts';
import type { Journal } from './journal.ts';
import { parseAnswer } from './parse-answer.ts';
import type { Sheet } from './reading.ts';
import type { Row } from './tree.ts';

interface Keyed {
  readonly key: string;
  readonly row: Row;
}

type Item =
  | { readonly kind: 'record'; readonly record: Keyed }
  | { readonly kind: 'rejected'; readonly row: RejectedRow };

/** Reads the sheet from the journal, each record once; in the order AllClients gave them. */
export function* itemsOf(sheet: Sheet, journal: Journal): Generator<Item> {
  const seen = new Map<string, string>();
  const repeats = new Map<string, number>();
  for (const [index, row] of rowsOf(sheet, journal)) {
    const own = ownId(sheet, row);
    const content = hashOf(row);
    if (own === undefined) {
      const n = (repeats.get(content) ?? 0) + 1;
      repeats.set(content, n);
      const hash = `${sheet.object.slice(0, 1)}${content}`;
      yield { kind: 'record', record: { key: n === 1 ? hash : `${hash}-${n}`, row } };
    } else if (!seen.has(own)) {
      seen.set(own, content);
      yield { kind: 'record', record: { key: own, row } };
    } else if (seen.get(own) !== content) {
      yield { kind: 'rejected', row: twice(sheet, own, row, index) };
    }
  }
  for (const row of sheet.rejected) yield { kind: 'rejected', row };
}

function ownId({ ids, natural }: Sheet, row: Row): string | undefined {
  const texts = (names: readonly string[]): string[] =>
    names.map((name) => (row[name] ?? '').trim());
  const id = texts(ids).find((text) => text !== '');
  if (id !== undefined || natural.length === 0) return id;
  const parts = texts(natural);
  return parts.every((text) => text !== '') ? parts.join('/') : undefined;
}

function* rowsOf(sheet: Sheet, journal: Journal): Generator<[number, Row]> {
  let index = 0;
  for (const { call, extra } of sheet.parts) {
    const answer = parseAnswer(journal.get(call)?.text ?? '');
    if (answer.kind !== 'tree') continue;
    for (const raw of sheet.rows(answer.tree)) {
      const row = sheet.refine({ ...extra, ...raw });
      if (row) yield [++index, row];
    }
  }
}

const hashOf = (row: Row): string =>
  createHash('sha1').update(canonicalJson(row)).digest('hex').slice(0, 16);

const twice = (sheet: Sheet, id: string, row: Row, line: number): RejectedRow => ({
  code: 'WB_DUPLICATE_KEY',
  message: `${sheet.object} ${id} came twice and differently: it was changed while it was read. The first is taken.`,
  file: sheet.path,
  line,
  text: JSON.stringify(row).slice(0, 2_000),
});

export function inspectSheet(sheet: Sheet, journal: Journal, object: SourceObject): SourceFile {
  const builders = new Map<string, ReturnType<typeof profileBuilder>>();
  const hash = createHash('sha256');
  let [rows, bytes] = [0, 0];
  for (const item of itemsOf(sheet, journal)) {
    if (item.kind === 'rejected') continue;
    rows++;
    for (const [name, value] of Object.entries(item.record.row)) {
      const builder = builders.get(name) ?? profileBuilder();
      builders.set(name, builder);
      builder.add(value, rows);
      hash.update(`${name}\u0000${value}\u0000`);
      bytes += value.length;
    }
    hash.update('\n');
  }
  const slots = slotsOf(object, [...builders.keys()]);
  const names = inOrder(object, [...builders.keys()], slots);
  return {
    object: object.name,
    fingerprint: sheet.path,
    confidence: 1,
    reason: `read through the API (${sheet.path.slice('api:'.length)})`,
    path: sheet.path,
    encoding: 'utf-8',
    delimiter: '',
    headerLine: 0,
    sha256: hash.digest('hex'),
    bytes,
    rows,
    columns: names.map((name, index): SourceColumn => {
      const spare = spareReason(name);
      const profile = (builders.get(name) ?? profileBuilder()).build(rows);
      return {
        id: name,
        header: name,
        index,
        slot: slots.get(name) ?? null,
        confidence: 1,
        ...(spare !== undefined && !slots.has(name) && { spare }),
        reason: slots.has(name)
          ? `the element ${name} of the API`
          : 'an element of the API with no meaning of its own here',
        alternatives: [],
        // The API writes US dates only, so days up to 12 leave nothing open.
        profile: profile.dateOrder === 'ambiguous' ? { ...profile, dateOrder: 'mdy' } : profile,
      };
    }),
  };
}

/** By the table of elements, else by a slot that has the element among its words; a slot is given once. */
export function slotsOf(
  object: SourceObject,
  names: readonly string[],
): ReadonlyMap<string, string> {
  const table = ELEMENT_SLOTS[object.name] ?? {};
  const taken = new Set<string>();
  const slots = new Map<string, string>();
  const give = (name: string, slot: string | undefined): void => {
    if (slot === undefined || taken.has(slot) || !object.slots.some((one) => one.name === slot))
      return;
    taken.add(slot);
    slots.set(name, slot);
  };
  for (const name of names) give(name, table[name]);
  for (const name of names)
    if (!slots.has(name) && table[name] === undefined)
      give(
        name,
        object.slots.find((slot) =>
          slot.synonyms.some((word) => foldHeader(word) === foldHeader(name)),
        )?.name,
      );
  return slots;
}

/** As the object declares its slots, then the rest as it came: the same whatever contact came first. */
function inOrder(
  object: SourceObject,
  names: readonly string[],
  slots: ReadonlyMap<string, string>,
): string[] {
  const rank = (name: string): number => {
    const at = object.slots.findIndex((slot) => slot.name === slots.get(name));
    return at === -1 ? object.slots.length : at;
  };
  return [...names].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}

const CHUNK = 1_000;

export function* extractSheet(
  sheet: Sheet,
  journal: Journal,
  file: SourceFile,
  next: (object: string) => number,
): Generator<Extracted> {
  let records: StagedRecord[] = [];
  let line = 0;
  for (const item of itemsOf(sheet, journal)) {
    if (item.kind === 'rejected') {
      yield item;
      continue;
    }
    const { key, row } = item.record;
    records.push({
      object: file.object,
      position: next(file.object),
      key,
      file: file.path,
      line: ++line,
      cells: file.columns.map((column) => row[column.id] ?? ''),
    });
    if (records.length < CHUNK) continue;
    yield { kind: 'records', records };
    records = [];
  }
  if (records.length > 0) yield { kind: 'records', records };
}

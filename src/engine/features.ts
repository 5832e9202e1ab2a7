/** What a sample should show at least once: each record's features, from its cells at the source and its planned values. */
import type { MapState, PlannedRecord, StagedRecord, Value } from '../core/record.ts';
import { isFileRef, isRef, isRefs } from '../core/record.ts';
import type { MappingDocument } from '../mapping/mapping.ts';
import type { Inspection, SourceColumn, SourceDeclaration } from '../source/source.ts';
import type { NotShown } from '../report/sample-model.ts';
import { placeOf } from '../store/sample.ts';
import type { Store } from '../store/store.ts';

/** `group` of features that are the values of one thing: too many of them are no pick-list and are let go. */
export interface Feature {
  readonly group: string;
  readonly label: string;
}
export type FeaturesOf = (record: StagedRecord, rows: readonly PlannedRecord[]) => Feature[];

export function featuresOf(
  store: Store,
  inspection: Inspection,
  document: MappingDocument,
): FeaturesOf {
  const columns = mappedColumns(inspection, document);
  const names = sharedNames(store);
  const [emails, merged, raised] = [
    store.sample.sharedMatches(),
    store.sample.mergedInto(),
    store.sample.raised(),
  ];
  return (record, rows) => [
    ...(columns.get(record.file) ?? []).flatMap((column) => cellFeatures(record, column)),
    ...rows.flatMap((row) => rowFeatures(row, names)),
    ...rows.flatMap((row) => oddities(row, emails, merged)),
    ...(raised.get(placeOf(record)) ?? []).map((what) => one(`raised ${what}`)),
  ];
}

const one = (label: string): Feature => ({ group: label, label });
const value = (group: string, text: string): Feature => ({ group, label: `${group} = ${text}` });

/** file -> its columns that go to Odoo. */
function mappedColumns(
  inspection: Inspection,
  document: MappingDocument,
): Map<string, readonly SourceColumn[]> {
  return new Map(
    inspection.files.map((file) => {
      const dropped = new Set(
        (document.objects[file.object] ?? [])
          .filter((column) => column.to === 'drop')
          .map((column) => column.column),
      );
      return [file.path, file.columns.filter((column) => !dropped.has(column.id))];
    }),
  );
}

function sharedNames(store: Store): Map<string, string> {
  const names = new Map<string, string>();
  for (const { key, values } of store.sample.shared())
    names.set(key, typeof values['name'] === 'string' ? values['name'] : key);
  for (const owner of store.plan.owners()) names.set(owner.key, owner.label);
  return names;
}

function cellFeatures(record: StagedRecord, column: SourceColumn): Feature[] {
  const text = (record.cells[column.index] ?? '').trim();
  const name = `${record.object} "${column.id}"`;
  if (text === '') return column.slot === 'email' ? [one(`${record.object} without e-mail`)] : [];
  return [one(`${name} filled`), ...options(column, text).map((option) => value(name, option))];
}

const options = ({ profile }: SourceColumn, text: string): string[] => {
  if (!profile.options) return [];
  if (profile.type !== 'list') return [text];
  return text
    .split(profile.separator ?? ',')
    .map((part) => part.trim())
    .filter(Boolean);
};

function rowFeatures(row: PlannedRecord, names: ReadonlyMap<string, string>): Feature[] {
  return [
    one(`a record of the step ${row.step}`),
    ...Object.entries(row.values).flatMap(([field, filled]) =>
      valueFeatures(`${row.step} ${field}`, filled, names),
    ),
    ...fileFeatures(row),
  ];
}

/** What kind of file it is, by its name: a source may not say, and Odoo treats each kind in its own way. */
function fileFeatures({ values }: PlannedRecord): Feature[] {
  const { name } = values;
  if (typeof name !== 'string' || !Object.values(values).some(isFileRef)) return [];
  const type = /\.([a-z0-9]{1,8})$/i.exec(name)?.[1]?.toLowerCase() ?? 'none';
  return [{ group: 'file types', label: `a file of the type ${type}` }];
}

function valueFeatures(
  field: string,
  filled: Value,
  names: ReadonlyMap<string, string>,
): Feature[] {
  if (filled === null) return [];
  const refs = isRef(filled) ? [filled] : isRefs(filled) ? filled : [];
  const shared = refs.flatMap(({ ref }) => {
    const name = names.get(ref) ?? (ref.startsWith(STANDARD) ? ref : undefined);
    return name === undefined ? [] : [{ group: `${field} to`, label: `${field} to ${name}` }];
  });
  const either = typeof filled === 'boolean' ? [value(field, String(filled))] : [];
  const written = typeof filled === 'string' ? scripts(filled) : [];
  return [one(`${field} set`), ...either, ...shared, ...written];
}

/** Records that every Odoo has: types of activities and messages. */
const STANDARD = 'xml.';

const SCRIPTS: readonly (readonly [string, RegExp])[] = [
  ['Chinese or Japanese characters', /\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}/u],
  ['Korean', /\p{Script=Hangul}/u],
  ['Cyrillic', /\p{Script=Cyrillic}/u],
  ['Greek', /\p{Script=Greek}/u],
  ['Arabic', /\p{Script=Arabic}/u],
  ['Hebrew', /\p{Script=Hebrew}/u],
  ['Indic or Thai', /\p{Script=Devanagari}|\p{Script=Thai}|\p{Script=Tamil}|\p{Script=Bengali}/u],
  ['emoji', /\p{Extended_Pictographic}/u],
  ['accented letters', /[\u00c0-\u024f]/],
  ['markup signs', /&lt;|&amp;|[<>]/],
];

const scripts = (text: string): Feature[] =>
  // eslint-disable-next-line no-control-regex -- the quick way past what most texts are
  /^[\x00-\x7f]*$/.test(text) && !/[<>]/.test(text)
    ? []
    : SCRIPTS.filter(([, pattern]) => pattern.test(text)).map(([name]) => one(`text with ${name}`));

function oddities(
  row: PlannedRecord,
  emails: ReadonlySet<string>,
  merged: ReadonlySet<string>,
): Feature[] {
  return [
    ...(emails.has(row.match) ? [one(`${row.step} sharing an e-mail`)] : []),
    ...(merged.has(row.key) ? [one(`${row.step} that others were merged into`)] : []),
  ];
}

const WHY: Readonly<Record<MapState, string>> = {
  planned: 'its list has too many values to show each',
  merged: 'only in records that are merged into others',
  excluded: 'only in records that a confirmed rule leaves out',
  queued: 'only in records that wait in the review queue',
  rejected: 'only in records that cannot be read',
};

/** What records hold that nothing chosen shows, of objects whose records are loaded one by one; and what became of them. */
export function uncoveredFeatures(
  store: Store,
  inspection: Inspection,
  document: MappingDocument,
  covered: ReadonlySet<string>,
): NotShown[] {
  const columns = mappedColumns(inspection, document);
  const fates = store.sample.fates();
  const found = new Map<string, Set<string>>();
  for (const object of store.sample.objects())
    for (const record of store.staging.records(object))
      for (const column of columns.get(record.file) ?? [])
        for (const { label } of cellFeatures(record, column))
          if (!covered.has(label))
            found.set(
              label,
              (found.get(label) ?? new Set()).add(WHY[fates.get(placeOf(record)) ?? 'planned']),
            );
  return [...found]
    .map(([what, why]) => ({ what, why: [...why].sort().join('; ') }))
    .sort((a, b) => (a.what < b.what ? -1 : 1));
}

/** Objects that no sample shows record by record, with what becomes of them. */
export function objectsApart(store: Store, { objects }: SourceDeclaration): NotShown[] {
  return store.sample.apart().map(({ object, state, n }) => ({
    what: `${n} ${objects.find(({ name }) => name === object)?.plural ?? object}`,
    why: APART[state],
  }));
}

const APART: Readonly<Record<MapState, string>> = {
  planned: 'loaded',
  merged: 'they go into other records, or many into one',
  excluded: 'they are not loaded, by a confirmed rule',
  queued: 'they wait in the review queue',
  rejected: 'they cannot be read',
};

/** Value maps and transforms: what a person wrote beside a column happens to its cells before anything is composed. */
import type { StagedRecord } from '../core/record.ts';
import { htmlToText } from '../lib/html.ts';
import type { Inspection } from '../source/source.ts';
import type { ColumnMapping, Mapper, MappingDocument } from './mapping.ts';
import { splitList } from './transforms/lists.ts';

export type Prepare = (record: StagedRecord) => StagedRecord;

/** What `transform:` of a column may say; those with a colon take a text. */
export const TRANSFORM =
  /^(upper|lower|title|digits|plain|first-word|last-word|all-but-first-word|(default|constant|prefix|suffix):.+)$/;

/** Value maps that are proposed, and read where the leads are composed: their order makes the pipeline. */
export const VALUES_PROPOSED = new Set(['slot:stage', 'slot:status']);

/** The staged record stays as it came; what comes back is a copy with other cells. */
export function preparer(document: MappingDocument, inspection: Inspection): Prepare {
  const files = new Map<string, readonly Prepared[]>();
  for (const file of inspection.files) {
    const mappings = new Map((document.objects[file.object] ?? []).map((one) => [one.column, one]));
    const prepared = file.columns.flatMap(({ id, index, profile }) => {
      const mapping = mappings.get(id);
      if (!mapping || (!mapping.values && !mapping.transform)) return [];
      return [{ index, change: changeOf(mapping, profile.type === 'list' || isTags(mapping)) }];
    });
    if (prepared.length > 0) files.set(file.path, prepared);
  }
  return (record) => {
    const columns = files.get(record.file);
    if (!columns) return record;
    const cells = [...record.cells];
    for (const { index, change } of columns) cells[index] = change((cells[index] ?? '').trim());
    return { ...record, cells };
  };
}

/** Several in one cell, also where hardly any cell has several. */
const isTags = ({ to }: ColumnMapping): boolean => /^(slot:(tags|groups)$|tags:)/.test(to);

interface Prepared {
  readonly index: number;
  readonly change: (text: string) => string;
}

export function changeOf(
  { to, values: given = {}, transform = [] }: ColumnMapping,
  list: boolean,
): Prepared['change'] {
  const values = VALUES_PROPOSED.has(to) ? {} : given;
  const mapped = (text: string): string =>
    Object.hasOwn(values, text) ? (values[text] ?? '') : text;
  const each = (text: string): string =>
    splitList(text)
      .map(mapped)
      .filter((part) => part !== '')
      .join(', ');
  return (text) => {
    const whole = mapped(text);
    const replaced = list && whole === text && text !== '' ? each(text) : whole;
    return transform.reduce((current, name) => apply(name, current), replaced);
  };
}

function apply(name: string, text: string): string {
  const [kind = '', ...rest] = name.split(':');
  const given = rest.join(':');
  const words = text.split(/\s+/).filter(Boolean);
  switch (kind) {
    case 'upper':
      return text.toUpperCase();
    case 'lower':
      return text.toLowerCase();
    case 'title':
      return text.toLowerCase().replace(/(^|[\s'’-])(\p{L})/gu, (whole) => whole.toUpperCase());
    case 'digits':
      return text.replace(/\D/g, '');
    case 'plain':
      return htmlToText(text);
    case 'first-word':
      return words[0] ?? '';
    case 'last-word':
      return words.at(-1) ?? '';
    case 'all-but-first-word':
      return words.slice(1).join(' ');
    case 'default':
      return text === '' ? given : text;
    case 'constant':
      return given;
    case 'prefix':
      return text === '' ? '' : given + text;
    case 'suffix':
      return text === '' ? '' : text + given;
    default:
      return text;
  }
}

/** The mapper, seeing prepared records only. */
export function preparedMapper(mapper: Mapper, prepare: Prepare): Mapper {
  return {
    ...mapper,
    learn: (record) => mapper.learn(prepare(record)),
    identify: (record) => mapper.identify(prepare(record)),
    contact: (record, merged, key, loaded) =>
      mapper.contact(prepare(record), merged.map(prepare), key, loaded),
    parentOf: (record, index) => mapper.parentOf(prepare(record), index),
    child: (record, parent, contacts) => mapper.child(prepare(record), parent, contacts),
    childOrder: (record) => mapper.childOrder(prepare(record)),
  };
}

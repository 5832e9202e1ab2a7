/**
 * Which cells a planned value was made of: found by mapping the record again with one cell left empty at a time.
 * So it holds for every model and every composer, also for those that are yet to be written.
 */
import type { PlannedRecord, StagedRecord } from '../core/record.ts';
import { canonicalJson } from '../lib/json.ts';
import type { ContactIndex, Mapper, Parent } from '../mapping/mapping.ts';
import type { SourceColumn, SourceDeclaration } from '../source/source.ts';

export type Compose = (record: StagedRecord) => readonly PlannedRecord[];

/**
 * Maps one record alone, onto the parent that it hangs on already; a contact under the key it is planned by. `mapper`
 * is not the one whose plan is loaded.
 */
export function composer(
  mapper: Mapper,
  declaration: SourceDeclaration,
  parent: Parent | null,
  contacts: ContactIndex,
  key?: string,
): Compose {
  return (record) => {
    const shape = declaration.objects.find((object) => object.name === record.object)?.shape;
    if (shape === undefined || shape === 'user' || shape === 'group') return [];
    if (shape === 'partner') return mapper.contact(record, [], key).planned;
    return mapper.child(record, parent, contacts).planned;
  };
}

export interface Lineage {
  /** `<key> <field>` -> the columns it depends on. */
  readonly columns: ReadonlyMap<string, readonly SourceColumn[]>;
  readonly unused: readonly SourceColumn[];
}

export function lineage(
  record: StagedRecord,
  columns: readonly SourceColumn[],
  compose: Compose,
): Lineage {
  const whole = valuesOf(compose(record));
  const found = new Map<string, SourceColumn[]>();
  const unused: SourceColumn[] = [];
  for (const column of columns) {
    if ((record.cells[column.index] ?? '').trim() === '') continue;
    const without = valuesOf(compose(blank(record, column.index)));
    const changed = [...whole].filter(([at, value]) => without.get(at) !== value);
    for (const [at] of changed) found.set(at, [...(found.get(at) ?? []), column]);
    if (changed.length === 0) unused.push(column);
  }
  return { columns: found, unused };
}

const blank = (record: StagedRecord, index: number): StagedRecord => ({
  ...record,
  cells: record.cells.map((cell, at) => (at === index ? '' : cell)),
});

const valuesOf = (rows: readonly PlannedRecord[]): Map<string, string> =>
  new Map(
    rows.flatMap((row) =>
      Object.entries(row.values).map(([field, value]) => [
        `${row.key} ${field}`,
        canonicalJson(value),
      ]),
    ),
  );

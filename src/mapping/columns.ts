/** The mapping of one object, compiled: for each file where every slot and custom field stands among the cells. */
import type { StagedRecord } from '../core/record.ts';
import type { Inspection } from '../source/source.ts';
import type { ColumnMapping, MappingDocument } from './mapping.ts';

export interface CompiledColumn {
  readonly index: number;
  readonly mapping: ColumnMapping;
}

export interface CompiledFile {
  /** The text of a slot, trimmed; empty when the file has no such column. */
  slot(record: StagedRecord, name: string): string;
  /** True when the file has a column for the slot. */
  has(name: string): boolean;
  /** Column id of a slot, for messages. */
  columnOf(name: string): string;
  /** What a value of the slot becomes: as the map of its values says; itself where there is none, empty where it lacks this one. */
  mapped(slot: string, text: string): string;
  /** What the slot's values can become, in the order of the map. */
  targets(slot: string): readonly string[];
  readonly others: readonly CompiledColumn[];
  readonly order: (slot: string) => 'mdy' | 'dmy' | 'ymd';
}

export type Columns = (record: StagedRecord) => CompiledFile;

export function compileColumns(
  document: MappingDocument,
  inspection: Inspection,
  object: string,
  defaultOrder: 'mdy' | 'dmy',
): Columns {
  const mappings = new Map((document.objects[object] ?? []).map((one) => [one.column, one]));
  const files = new Map<string, CompiledFile>();
  for (const file of inspection.files) {
    if (file.object === object)
      files.set(
        file.path,
        compileFile(
          file.columns.map(({ id, index }) => ({ id, index })),
          mappings,
          defaultOrder,
        ),
      );
  }
  const none = compileFile([], mappings, defaultOrder);
  return (record) => files.get(record.file) ?? none;
}

function compileFile(
  columns: readonly { id: string; index: number }[],
  mappings: ReadonlyMap<string, ColumnMapping>,
  defaultOrder: 'mdy' | 'dmy',
): CompiledFile {
  const slots = new Map<string, CompiledColumn>();
  const others: CompiledColumn[] = [];
  for (const { id, index } of columns) {
    const mapping = mappings.get(id);
    if (!mapping) continue;
    if (mapping.to.startsWith('slot:'))
      slots.set(mapping.to.slice('slot:'.length), { index, mapping });
    else if (mapping.to !== 'drop' && mapping.to !== '?') others.push({ index, mapping });
  }
  return {
    slot(record, name) {
      const found = slots.get(name);
      return found === undefined ? '' : (record.cells[found.index] ?? '').trim();
    },
    has: (name) => slots.has(name),
    columnOf: (name) => slots.get(name)?.mapping.column ?? name,
    mapped(name, text) {
      const values = slots.get(name)?.mapping.values;
      return values === undefined ? text : (values[text] ?? '');
    },
    targets: (name) => [...new Set(Object.values(slots.get(name)?.mapping.values ?? {}))],
    others,
    order: (slot) => slots.get(slot)?.mapping.dateOrder ?? defaultOrder,
  };
}

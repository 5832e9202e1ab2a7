/** A contact file, its proposed mapping and a mapper for it, without any file or Odoo. */
import type { StagedRecord } from '../../src/core/record.ts';
import { createMapper } from '../../src/mapping/mapper.ts';
import type {
  Catalog,
  Choices,
  ColumnMapping,
  Mapper,
  MappingDocument,
} from '../../src/mapping/mapping.ts';
import { propose } from '../../src/mapping/propose.ts';
import { ALLCLIENTS } from '../../src/source/allclients/declaration.ts';
import { recogniseColumns } from '../../src/source/recognise.ts';
import type { Inspection, SourceFile } from '../../src/source/source.ts';
import { profileOf } from './columns.ts';

export const CATALOG: Catalog = {
  major: 19,
  fields: { 'res.partner': {} },
  countries: [
    { id: 233, code: 'US', name: 'United States' },
    { id: 57, code: 'DE', name: 'Germany' },
  ],
  states: [{ id: 52, code: 'TX', name: 'Texas', countryId: 233 }],
};

/** One file of an object: header -> values, top to bottom. */
export function fileOf(
  object: string,
  table: Readonly<Record<string, readonly string[]>>,
  path = `${object}.csv`,
  decisions: Readonly<Record<string, string>> = {},
): SourceFile {
  const declared = ALLCLIENTS.objects.find((one) => one.name === object);
  if (!declared) throw new Error(`no object ${object}`);
  const headers = Object.keys(table);
  const rows = Object.values(table)[0]?.length ?? 0;
  return {
    object,
    path,
    rows,
    confidence: 1,
    reason: '',
    encoding: 'utf-8',
    delimiter: ',',
    headerLine: 1,
    sha256: '',
    fingerprint: '',
    bytes: 0,
    columns: recogniseColumns(
      declared,
      headers,
      headers.map((header) => profileOf(table[header] ?? [])),
      decisions,
    ),
  };
}

export const inspectionOf = (...files: readonly SourceFile[]): Inspection => ({
  files,
  skipped: [],
  notices: [],
});

/** Rows of a file as they would be staged, from position 1. */
export const recordsOf = (file: SourceFile, rows: readonly (readonly string[])[]): StagedRecord[] =>
  rows.map((cells, index) => ({
    object: file.object,
    position: index + 1,
    key: cells[0] || `k${index + 1}`,
    file: file.path,
    line: index + 2,
    cells,
  }));

export interface Mapped {
  readonly document: MappingDocument;
  readonly mapper: Mapper;
}

export function mapperOf(
  inspection: Inspection,
  choices: Partial<Choices> = {},
  change: (column: ColumnMapping) => ColumnMapping = (column) => column,
  catalog: Catalog = CATALOG,
): Mapped {
  const proposed = propose(ALLCLIENTS, inspection, catalog);
  const document = {
    ...proposed,
    choices: { ...proposed.choices, ...choices },
    objects: Object.fromEntries(
      Object.entries(proposed.objects).map(([name, columns]) => [name, columns.map(change)]),
    ),
  };
  return { document, mapper: createMapper(document, ALLCLIENTS, inspection, catalog) };
}

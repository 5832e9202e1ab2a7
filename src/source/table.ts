/** A table of an export, whatever it is written in: a delimited file, a sheet of a workbook, an array of a JSON file. */
import type { CsvRow } from '../lib/csv.ts';
import type { BundleFile } from './bundle.ts';
import type { SourceObject } from './source.ts';
import { delimitedTable } from './read-file.ts';
import { jsonTables } from './read-json.ts';
import { workbookTables } from './read-workbook.ts';

/** How many cells a row has: one number, or from the last column with a header to the last column. */
export type Width = number | { readonly least: number; readonly most: number };

export interface Table {
  /** Path of the file; with `#<sheet or key>` where the file holds several. */
  readonly path: string;
  /** `utf-8` and its like, `xlsx` or `json`. */
  readonly encoding: string;
  /** Empty where cells are not written between delimiters. */
  readonly delimiter: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly notices: readonly string[];
  /** From the file's first row on, titles and header included; may be called again. `width`, where known, tells torn rows. */
  rows(width?: Width): AsyncIterable<CsvRow[]>;
}

export type Format = 'delimited' | 'workbook' | 'json';

const EXTENSIONS: Readonly<Record<string, Format>> = {
  csv: 'delimited',
  tsv: 'delimited',
  txt: 'delimited',
  xlsx: 'workbook',
  xlsm: 'workbook',
  json: 'json',
  jsonl: 'json',
  ndjson: 'json',
};

export const formatOf = (path: string): Format | undefined =>
  EXTENSIONS[/\.([a-z]+)$/i.exec(path)?.[1]?.toLowerCase() ?? ''];

/** Throws WB_SOURCE_MISSING where the file is damaged. */
export async function openTables(
  file: BundleFile,
  format: Format,
  encoding: string | undefined,
  objects: readonly SourceObject[] = [],
): Promise<Table[]> {
  switch (format) {
    case 'delimited':
      return [await delimitedTable(file, encoding, objects)];
    case 'workbook':
      return workbookTables(file);
    case 'json':
      return jsonTables(file);
  }
}

/**
 * JSON as tables: an array of records, an object of such arrays, or a record per line. Read as a stream; the columns
 * are all keys of all records, and a number keeps the digits it was written with.
 */
import { Tokenizer, TokenParser, TokenType } from '@streamparser/json';
import { WaybillError } from '../core/errors.ts';
import type { CsvRow } from '../lib/csv.ts';
import { decodeText, detectEncoding, type Encoding } from '../lib/text-encoding.ts';
import type { BundleFile } from './bundle.ts';
import type { Table } from './table.ts';

const CHUNK = 500;
const SAMPLE_CHARS = 64_000;

type Layout = 'array' | 'object' | 'lines';

interface Found {
  readonly columns: Set<string>;
  rows: number;
}

/** One table per array of records. What is no array of records gives none. */
export async function jsonTables(file: BundleFile): Promise<Table[]> {
  const { encoding, sha256, bytes } = await detectEncoding(file.pieces());
  const layout = layoutOf(await firstText(file.pieces(), encoding));
  if (!layout) return [];
  const found = new Map<string, Found>();
  for await (const { name, cells } of records(file, encoding, layout)) {
    const table = found.get(name) ?? { columns: new Set<string>(), rows: 0 };
    for (const column of cells.keys()) table.columns.add(column);
    table.rows++;
    found.set(name, table);
  }
  return [...found].map(([name, { columns }]) => ({
    path: name === '' ? file.path : `${file.path}#${name}`,
    encoding: 'json',
    delimiter: '',
    sha256,
    bytes,
    notices: [],
    rows: () => jsonRows(file, encoding, layout, name, [...columns]),
  }));
}

async function* jsonRows(
  file: BundleFile,
  encoding: Encoding,
  layout: Layout,
  wanted: string,
  columns: readonly string[],
): AsyncGenerator<CsvRow[]> {
  let rows: CsvRow[] = [{ line: 0, cells: columns }];
  let line = 0;
  for await (const { name, cells } of records(file, encoding, layout)) {
    if (name !== wanted) continue;
    rows.push({ line: ++line, cells: columns.map((column) => cells.get(column) ?? '') });
    if (rows.length < CHUNK) continue;
    yield rows;
    rows = [];
  }
  yield rows;
}

function layoutOf(sample: string): Layout | undefined {
  const text = sample.trimStart();
  if (text.startsWith('[')) return 'array';
  if (!text.startsWith('{')) return undefined;
  return /\}\s*\n\s*\{/.test(text) && /^\{[^\n]*\}\s*\n\{/.test(text) ? 'lines' : 'object';
}

async function firstText(pieces: AsyncIterable<Buffer>, encoding: Encoding): Promise<string> {
  let text = '';
  for await (const chunk of decodeText(pieces, encoding)) {
    text += chunk;
    if (text.length >= SAMPLE_CHARS) break;
  }
  return text;
}

interface JsonRecord {
  /** Key of the array it stands in; empty for the only one. */
  readonly name: string;
  readonly cells: ReadonlyMap<string, string>;
}

const PATHS: Readonly<Record<Layout, string>> = { array: '$.*', object: '$.*.*', lines: '$' };

async function* records(
  file: BundleFile,
  encoding: Encoding,
  layout: Layout,
): AsyncGenerator<JsonRecord> {
  let ready: JsonRecord[] = [];
  const parser = textParser(layout, (name, value) => {
    if (isObject(value)) ready.push({ name, cells: flatten(value) });
  });
  try {
    for await (const chunk of decodeText(file.pieces(), encoding)) {
      parser.write(chunk);
      yield* ready;
      ready = [];
    }
    parser.end();
  } catch (error) {
    throw new WaybillError(
      'WB_SOURCE_MISSING',
      `${file.path} is no valid JSON: ${error instanceof Error ? error.message : String(error)}`,
      {
        place: file.path,
        next: 'Export the file again, or leave it out: waybill.yaml, source.files, "skip".',
        cause: error,
      },
    );
  }
}

/** A tokenizer that hands numbers on as they are written: 185.00 stays 185.00, and no long id loses its last digits. */
class ExactTokenizer extends Tokenizer {
  text = '';
  override parseNumber(written: string): number {
    this.text = written;
    return Number(written);
  }
}

function textParser(layout: Layout, use: (name: string, value: unknown) => void) {
  const tokenizer = new ExactTokenizer();
  const parser = new TokenParser({
    paths: [PATHS[layout]],
    keepStack: false,
    ...(layout === 'lines' && { separator: '' }),
  });
  tokenizer.onToken = ({ token, value }) =>
    token === TokenType.NUMBER
      ? parser.write({ token: TokenType.STRING, value: tokenizer.text })
      : parser.write({ token, value });
  parser.onValue = ({ value, stack }) =>
    use(layout === 'object' ? String(stack[1]?.key ?? '') : '', value);
  return {
    write(text: string): void {
      tokenizer.write(text);
    },
    /** Throws where the text stops in the middle of a value: a download that was cut off. */
    end(): void {
      if (layout !== 'lines' && !parser.isEnded) throw new Error('it ends too early');
    },
  };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `{client: {id: 5}}` is the column `client.id`; a list of plain values one text; anything deeper stays JSON. */
function flatten(
  record: Record<string, unknown>,
  prefix = '',
  cells = new Map<string, string>(),
): Map<string, string> {
  for (const [key, value] of Object.entries(record)) {
    if (isObject(value)) flatten(value, `${prefix}${key}.`, cells);
    else cells.set(prefix + key, textOf(value));
  }
  return cells;
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return JSON.stringify(value);
  return value.every((one) => typeof one !== 'object')
    ? value.map(listItem).join('; ')
    : JSON.stringify(value);
}

const listItem = (one: unknown): string => {
  const text = String(one);
  return /[,;|"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

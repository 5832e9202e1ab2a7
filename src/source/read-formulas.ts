/** Cells of a sheet whose formula was never computed: a reader of values sees them empty, and what they say would be lost. */
import { pipeline } from 'node:stream/promises';
import { text as readText } from 'node:stream/consumers';
import { fromBufferPromise, type Entry, type ZipFile } from 'yauzl';

export interface Formulas {
  readonly any: boolean;
  /** Line of the sheet -> index of its first such cell. */
  readonly uncomputed: ReadonlyMap<number, number>;
}

/** Read as a stream: of a sheet's text only the cell at hand is held. */
export async function formulasOf(workbook: Buffer, sheet: string): Promise<Formulas> {
  const zip = await fromBufferPromise(workbook, { autoClose: false, lazyEntries: true });
  const entries = new Map<string, Entry>();
  for await (const entry of zip.eachEntry()) entries.set(entry.fileName, entry);
  const part = async (name: string): Promise<string> => {
    const entry = entries.get(name);
    return entry ? readText(await zip.openReadStreamPromise(entry)) : '';
  };
  const book = await part('xl/workbook.xml');
  const path = pathOf(sheet, book, await part('xl/_rels/workbook.xml.rels'));
  const entry = entries.get(path);
  return entry ? scan(zip, entry) : { any: false, uncomputed: new Map() };
}

const attribute = (tag: string, name: string): string =>
  new RegExp(String.raw`\s(?:\w+:)?${name}="([^"]*)"`).exec(tag)?.[1] ?? '';

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
};
const plain = (xml: string): string =>
  xml
    .replace(/&#x([0-9a-f]+);/gi, (_, code: string) => String.fromCodePoint(parseInt(code, 16)))
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
    .replace(/&(amp|lt|gt|quot|apos);/g, (_, name: string) => ENTITIES[name] ?? '');

function pathOf(sheet: string, workbook: string, relations: string): string {
  const named = (workbook.match(/<(?:\w+:)?sheet\s[^>]*>/g) ?? []).find(
    (tag) => plain(/\sname="([^"]*)"/.exec(tag)?.[1] ?? '') === sheet,
  );
  const id = /\s\w+:id="([^"]*)"/.exec(named ?? '')?.[1];
  const relation = (relations.match(/<(?:\w+:)?Relationship\s[^>]*>/g) ?? []).find(
    (tag) => attribute(tag, 'Id') === id,
  );
  const target = attribute(relation ?? '', 'Target').replace(/^\.\//, '');
  return target.startsWith('/') ? target.slice(1) : `xl/${target}`;
}

const CELL_ENDS = /<\/(?:\w+:)?c>/;
const CELL = /<(?:\w+:)?c(\s[^>]*)?>/g;
const FORMULA = /<(?:\w+:)?f[\s/>]/;
const VALUE = /<(?:\w+:)?v(?:\s[^>]*)?>([^<]*)</;

async function scan(zip: ZipFile, entry: Entry): Promise<Formulas> {
  const uncomputed = new Map<number, number>();
  let any = false;
  const look = (text: string): void => {
    if (!FORMULA.test(text)) return;
    any = true;
    // Empty cells stand before it, closed in themselves.
    const tag = [...text.matchAll(CELL)].at(-1);
    const at = /^([A-Z]+)(\d+)$/.exec(attribute(tag?.[0] ?? '', 'r'));
    if (!tag || !at || isComputed(tag[0], text.slice(tag.index))) return;
    const [line, column] = [Number(at[2]), columnIndex(at[1] ?? '')];
    uncomputed.set(line, Math.min(column, uncomputed.get(line) ?? column));
  };
  const decoder = new TextDecoder();
  let rest = '';
  await pipeline(await zip.openReadStreamPromise(entry), async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) {
      const cells = (rest + decoder.decode(chunk, { stream: true })).split(CELL_ENDS);
      rest = cells.pop() ?? '';
      for (const cell of cells) look(cell);
    }
  });
  return { any, uncomputed };
}

/** A text of no length is a value too; then the cell says that it is a text. */
function isComputed(tag: string, cell: string): boolean {
  const value = VALUE.exec(cell)?.[1];
  return value !== undefined && (value !== '' || attribute(tag, 't') === 'str');
}

const columnIndex = (letters: string): number =>
  Array.from(letters).reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;

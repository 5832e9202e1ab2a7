/** Pictures within the text of a note or letter: their bytes stand in the text itself, or beside it in the export. */
import { ownCopy } from '../../lib/own-copy.ts';
import { isMarkup } from '../markup.ts';
import { dataRows, judgeRow } from '../read-file.ts';
import { sealOfBytes, type Seal } from '../seal.ts';
import { byLine, type ByLine } from './by-line.ts';
import type { Documents } from './documents.ts';
import type { Part } from './join.ts';
import { slotIndex } from './references.ts';
import { hasBody } from './traits.ts';

export interface Inline {
  readonly src: string;
  /** What `openFile` takes: a path of the export, or the data itself. */
  readonly file: string;
}

const SOURCES = /<img\b[^>]*?\bsrc\s*=\s*(?:"([^"]*)"|'([^']*)')/gi;
const DATA = /^data:image\/[a-z0-9.+-]+;base64,/i;

/** Pictures that lie beside the text, by its row. Addresses in the web are no pictures of the export; data is read where it stands. */
export async function inlinePictures(
  parts: readonly Part[],
  documents: Documents,
): Promise<ByLine<readonly Inline[]>> {
  const found = byLine<readonly Inline[]>();
  for (const { file, table } of parts.filter((part) => hasBody(part.file))) {
    const body = slotIndex(file, 'body');
    for await (const rows of dataRows(table, file.headerLine, file.columns.length))
      for (const row of rows) {
        const verdict = judgeRow(row, file.columns.length);
        const text = verdict.kind === 'record' ? (verdict.cells[body] ?? '') : '';
        const pictures: Inline[] = [];
        for (const src of sourcesIn(text)) {
          const one = isData(src) ? undefined : await pictureOf(ownCopy(src), documents);
          if (one) pictures.push(one);
        }
        if (pictures.length > 0) found.set(file.path, row.line, pictures);
      }
  }
  return found;
}

/** Each once, in the order of the text. */
const sourcesIn = (text: string): string[] =>
  text.includes('<img') && isMarkup(text)
    ? [...new Set([...text.matchAll(SOURCES)].map((match) => match[1] ?? match[2] ?? ''))]
    : [];

async function pictureOf(src: string, documents: Documents): Promise<Inline | undefined> {
  if (src === '' || /^[a-z][a-z0-9+.-]*:|^\/\//i.test(src)) return undefined;
  const path = decoded(src);
  const name = path.split('/').at(-1) ?? '';
  const match = await documents.match({ path, folder: '', name, sha256: '', size: '', case: '' });
  return match.file === '' ? undefined : { src, file: match.file };
}

function decoded(src: string): string {
  try {
    return decodeURIComponent(src);
  } catch {
    return src;
  }
}

export const isData = (file: string): boolean => DATA.test(file);
export const dataBytes = (file: string): Buffer => Buffer.from(file.replace(DATA, ''), 'base64');

/** As the mapping reads it: what stands in the text, and the file that is meant. */
export async function inlineCell(
  text: string,
  beside: readonly Inline[],
  measure: (file: string) => Promise<Seal>,
): Promise<string> {
  const all = [];
  for (const src of sourcesIn(text)) {
    const file = isData(src) ? src : beside.find((one) => one.src === src)?.file;
    if (file === undefined) continue;
    all.push({ src, file, ...(isData(file) ? sealOfBytes(dataBytes(file)) : await measure(file)) });
  }
  return all.length === 0 ? '' : JSON.stringify(all);
}

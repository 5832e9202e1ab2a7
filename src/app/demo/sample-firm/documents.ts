/** Documents of several types, and the table that lists them. */
import { createHash } from 'node:crypto';
import type { Random } from '../../../lib/random.ts';
import { at, caseId, records, table } from './making.ts';
import { FIRM_USERS, FOLDERS } from './names.ts';
import type { FirmCell, FirmDocument, FirmOptions, FirmTable } from './types.ts';

const TYPES = [
  ['txt', 'text/plain'],
  ['pdf', 'application/pdf'],
  ['png', 'image/png'],
  ['docx', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
] as const;

/** The same name in two folders, a file that has no row, a row that has no file. */
export function makeDocuments(options: FirmOptions): { table: FirmTable; files: FirmDocument[] } {
  const files: FirmDocument[] = [];
  const rows = records(options, 8, options.documents, (random, index): FirmCell[] => {
    const of = caseId(random.int(options.cases));
    const [extension, mime] = random.pick(TYPES);
    const folder = random.pick(FOLDERS);
    const name = index % 9 === 8 ? `report.${extension}` : `document ${index}.${extension}`;
    const path = `documents/${of}/${folder}/${index % 9 === 8 ? `${index}/` : ''}${name}`;
    const content = documentBytes(random, extension, index);
    const missing = index % 125 === 124;
    if (!missing) files.push({ path, content });
    const sha256 = createHash('sha256').update(content).digest('hex');
    return [
      `d${index}`,
      of,
      folder,
      name,
      content.length,
      mime,
      sha256,
      index % 4 === 3 ? '' : path,
      random.pick(FIRM_USERS).name,
      at(random),
      random.chance(0.3) ? 'public' : 'internal',
      1,
    ];
  });
  files.push({
    path: `documents/${caseId(0)}/Loose/found.txt`,
    content: Buffer.from('no row names me'),
  });
  return {
    table: table(
      'documents',
      'id case folder filename size mime sha256 path uploaded_by uploaded_at visibility version',
      rows,
    ),
    files,
  };
}

const MAGIC: Readonly<Record<string, string>> = {
  pdf: '%PDF-1.4\n',
  png: '\u0089PNG\r\n\u001a\n',
  docx: 'PK\u0003\u0004',
};

const documentBytes = (random: Random, extension: string, index: number): Buffer =>
  Buffer.concat([
    Buffer.from(MAGIC[extension] ?? '', 'latin1'),
    Buffer.from(
      Array.from({ length: 200 + random.int(2_000) }, () =>
        extension === 'txt' ? 97 + random.int(26) : random.int(256),
      ),
    ),
    Buffer.from(` ${index}`),
  ]);

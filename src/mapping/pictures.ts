/** Pictures within a text become attachments of the same record, and the text shows them from there. */
import { z } from 'zod';
import type { PlannedRecord, Ref, StagedRecord, Value } from '../core/record.ts';
import { cleanHtml } from '../lib/html.ts';
import type { CompiledFile } from './columns.ts';
import type { ChildTools } from './compose-child.ts';
import type { Parent } from './mapping.ts';

const schema = z.array(
  z.object({ src: z.string(), file: z.string(), bytes: z.number(), sha256: z.string() }),
);

export interface Pictured {
  readonly body: Value;
  readonly planned: readonly PlannedRecord[];
}

/** `head` stands before the body. */
export function withPictures(
  record: StagedRecord,
  file: CompiledFile,
  parent: Parent,
  head: string,
  tools: ChildTools,
): Pictured | undefined {
  const text = file.slot(record, 'inline');
  if (text === '') return undefined;
  const pictures = schema.parse(JSON.parse(text));
  const key = (at: number): string => `${tools.keyOf(record)}.picture${at + 1}`;
  let html = file.slot(record, 'body');
  for (const [at, { src }] of pictures.entries())
    html = html.replaceAll(src, `/web/image/waybill-${at}-`);
  const parts = cleanHtml(html, 'pictures')
    .split(/waybill-(\d+)-/)
    .map((part, at): string | Ref => (at % 2 === 1 ? { ref: key(Number(part)) } : part));
  const planned = pictures.map(({ file: path, bytes, sha256 }, at) =>
    pictureRecord(record, parent, key(at), { file: path, bytes, sha256 }, tools),
  );
  return { body: { parts: [head, ...parts] }, planned };
}

function pictureRecord(
  { object, position }: StagedRecord,
  parent: Parent,
  key: string,
  datas: { readonly file: string; readonly bytes: number; readonly sha256: string },
  tools: ChildTools,
): PlannedRecord {
  const type = /^data:(image\/([a-z0-9]+))/i.exec(datas.file);
  const name = type ? `picture.${type[2] ?? 'png'}` : (datas.file.split('/').at(-1) ?? 'picture');
  const values: Record<string, Value> = {
    name,
    type: 'binary',
    res_model: parent.model,
    res_id: { ref: parent.key },
    description: `From ${tools.declaration.name}: ${type ? 'within a text' : `file ${datas.file}`}`,
    datas,
    ...(type && { mimetype: (type[1] ?? '').toLowerCase() }),
  };
  const place = { object, position, lane: parent.key, match: '' };
  return { step: 'attachments', model: 'ir.attachment', key, ...place, values };
}

/** A file of a contact. Its bytes stay where they are until they are sent. */
import type { Value } from '../core/record.ts';
import type { Child, ChildTools } from './compose-child.ts';
import type { Composed } from './mapping.ts';
import { singleLine } from './transforms/text.ts';

const MAX_NAME = 200;
/** Where a row says which file it means. */
const NAMES = ['path', 'file_name', 'filename'];

export function composeAttachment({ record, file, parent, tools }: Child): Composed {
  const read = (slot: string): string => singleLine(file.slot(record, slot));
  const path = file.slot(record, 'file');
  const name = fileName(read('filename') || path);
  if (parent === null || path === '')
    return {
      planned: [],
      issues: [
        {
          code: 'WB_FILE_MISSING',
          message: `The bytes of "${name}" are not in the export${because(read('file_problem'))}.`,
          column: file.columnOf(NAMES.find((slot) => read(slot) !== '') ?? 'file'),
          raw: read('filename'),
        },
      ],
    };
  const description = origin(
    read('file_name') || read('filename') || path,
    originalPath(read('path'), path),
    moment(read('uploaded'), file.order('uploaded'), tools),
    tools.declaration.name,
  );
  const values: Record<string, Value> = {
    name,
    type: 'binary',
    res_model: parent.model,
    res_id: { ref: parent.key },
    description,
    datas: { file: path, bytes: Number(read('bytes')), sha256: read('sha256') },
    // Odoo tells it from the name and the bytes where the source does not.
    ...(read('mime') !== '' && { mimetype: read('mime') }),
  };
  const planned = {
    step: 'attachments',
    model: 'ir.attachment',
    key: tools.keyOf(record),
    object: record.object,
    position: record.position,
    lane: parent.key,
    match: '',
    values,
  } as const;
  return { planned: [planned], issues: [] };
}

const lastPart = (path: string): string => path.split(/[/\\]/).at(-1) ?? '';

/** Where the source says that it lay: where it lies now may be a place that this migration chose. */
const originalPath = (said: string, path: string): string =>
  said !== '' && lastPart(said) === lastPart(path) ? said : path;

/** The same moment in whatever form an export writes it; what is none stays as it is. */
const moment = (text: string, order: 'mdy' | 'dmy' | 'ymd', tools: ChildTools): string => {
  const utc = text === '' ? undefined : tools.dates(order).datetime(text);
  return utc === undefined ? text : `${utc} UTC`;
};

const because = (problem: string): string => (problem === '' ? '' : `: ${problem}`);

/** Without folders and control characters: a name must not lead anywhere when somebody saves the file. */
const fileName = (raw: string): string => lastPart(singleLine(raw)).slice(-MAX_NAME) || 'file';

const origin = (name: string, path: string, uploaded: string, source: string): string =>
  [
    `From ${source}: ${name}`,
    path === name ? '' : `file ${path}`,
    uploaded && `uploaded ${uploaded}`,
  ]
    .filter(Boolean)
    .join(', ');

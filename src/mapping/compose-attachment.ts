/** A file of a contact. Its bytes stay where they are until they are sent. */
import type { Value } from '../core/record.ts';
import type { Child } from './compose-child.ts';
import type { Composed } from './mapping.ts';
import { asides, momentText, ringIssue } from './asides.ts';
import { singleLine } from './transforms/text.ts';

const MAX_NAME = 200;
/** Where a row says which file it means. */
const NAMES = ['path', 'file_name', 'filename'];

export function composeAttachment(child: Child): Composed {
  const { record, file, parent, tools } = child;
  const read = (slot: string): string => singleLine(file.slot(record, slot));
  const path = file.slot(record, 'file');
  const name = fileName(read('filename') || path);
  const nameColumn = file.columnOf(NAMES.find((slot) => read(slot) !== '') ?? 'file');
  if (parent === null || path === '')
    return {
      planned: [],
      issues: [
        {
          code: 'WB_FILE_MISSING',
          message: `The bytes of "${name}" are not in the export${because(read('file_problem'))}.`,
          column: nameColumn,
          raw: read('filename'),
        },
      ],
    };
  const description = [
    ...origin(child, read('file_name') || read('filename') || path, path),
    ...about(child),
  ].join(', ');
  const values: Record<string, Value> = {
    name,
    type: 'binary',
    res_model: parent.model,
    res_id: { ref: parent.key },
    description,
    datas: {
      file: path,
      bytes: Number(read('bytes')),
      sha256: read('sha256'),
      column: nameColumn,
    },
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
  const ring = read('ring');
  const [column, raw] = [file.columnOf('document_ref'), read('document_ref')];
  const issues = ring === '' ? [] : [ringIssue(ring, column, raw, 'is there with its own bytes')];
  return { planned: [planned], issues };
}

const lastPart = (path: string): string => path.split(/[/\\]/).at(-1) ?? '';

/** Where the source says that it lay: where it lies now may be a place that this migration chose. */
const originalPath = (said: string, path: string): string =>
  said !== '' && lastPart(said) === lastPart(path) ? said : path;

const because = (problem: string): string => (problem === '' ? '' : `: ${problem}`);

/** Without folders and control characters: a name must not lead anywhere when somebody saves the file. */
const fileName = (raw: string): string => lastPart(singleLine(raw)).slice(-MAX_NAME) || 'file';

function origin(child: Child, name: string, path: string): string[] {
  const { record, file, tools } = child;
  const written = singleLine(file.slot(record, 'path'));
  const said = originalPath(written, path);
  const uploaded = momentText(child, 'uploaded');
  const by = tools.owners.sender(singleLine(file.slot(record, 'uploaded_by')));
  return [
    `From ${tools.declaration.name}: ${name}`,
    ...(said === name ? [] : [`file ${said}`]),
    ...(written === '' || lastPart(written) === lastPart(path) ? [] : [`original path ${written}`]),
    ...(uploaded === '' && by === '' ? [] : [`uploaded ${uploaded}${by && ` by ${by}`}`.trim()]),
  ];
}

/** Odoo's files have no place for these: they are text that is shown and found. */
const ABOUT = [
  ['folder', 'folder'],
  ['doc_title', 'title'],
  ['template', 'template'],
  ['version', 'version'],
  ['is_current', 'current'],
  ['document_ref', 'of document'],
] as const;

const about = (child: Child): string[] => [
  ...ABOUT.map(([slot, label]) => [label, singleLine(child.file.slot(child.record, slot))])
    .filter(([, text]) => text !== '')
    .map(([label, text]) => `${label}: ${text}`),
  ...asides(child).map(([label, text]) => `${label.toLowerCase()}: ${text}`),
];

/** The columns that a table gets behind its own, and what the declarations of custom fields say of its own. */
import { keyMaker } from '../extract-table.ts';
import { profileBuilder } from '../profile.ts';
import { dataRows, judgeRow } from '../read-file.ts';
import { foldHeader } from '../recognise.ts';
import type { ColumnProfile, SourceColumn, SourceFile } from '../source.ts';
import { joinedCells, resolved } from './cells.ts';
import type { CompleterInput } from './complete.ts';
import { fitsType, toDeclared } from './custom-fields.ts';
import type { Joins, JoinedColumn, Part } from './join.ts';
import { slotIndex, type Kind } from './references.ts';
import { pointsUp } from './rings.ts';
import {
  hasBody,
  isDetail,
  isFiled,
  isThreaded,
  KEYS,
  kindOf,
  listsBlobs,
  saysActive,
} from './traits.ts';

export async function describe(part: Part, input: CompleterInput): Promise<SourceFile> {
  const { file } = part;
  const kind = kindOf(file);
  const extra: JoinedColumn[] = [
    ...(kind ? joinedColumns(kind, file, input.joins) : []),
    ...(isDetail(file.object) ? [{ id: '(belongs to)', slot: 'belongs_to' }] : []),
    ...(hasBody(file) && slotIndex(file, 'body_format') === -1
      ? [{ id: '(format)', slot: 'body_format' }]
      : []),
    ...(isThreaded(file) ? THREAD_COLUMNS : []),
    ...(saysActive(file) ? [{ id: '(inactive)', slot: 'inactive' }] : []),
    ...(hasBody(file) ? [{ id: '(pictures)', slot: 'inline' }] : []),
    ...(file.object === 'document' ? [NAME_COLUMN] : []),
    ...(listsBlobs(file) ? [{ id: '(case)', slot: 'case' }] : []),
    ...(pointsUp(file) ? [{ id: '(ring)', slot: 'ring' }] : []),
    ...(isFiled(file) ? FILE_COLUMNS : []),
  ];
  const profiles = kind ? await profilesOf(part, kind, input) : new Map<string, Profiled>();
  const columns = [
    ...file.columns.map((column) =>
      kind ? declaredColumn(column, input.joins, profiles) : sparedColumn(column),
    ),
    ...extra.map((column, n) =>
      extraColumn(column, file.columns.length + n, file.rows, profiles.get(column.id)),
    ),
  ];
  return { ...file, columns };
}

const THREAD_COLUMNS: readonly JoinedColumn[] = [
  { id: '(thread)', slot: 'thread' },
  { id: '(ring)', slot: 'thread_ring' },
];
const NAME_COLUMN: JoinedColumn = { id: '(name)', slot: 'filename' };
export const FILE_COLUMNS: readonly JoinedColumn[] = [
  { id: '(file)', slot: 'file' },
  { id: '(file bytes)', slot: 'bytes' },
  { id: '(file checksum)', slot: 'sha256' },
  { id: '(file problem)', slot: 'file_problem' },
];

/** Labels and the client go into the table's own column where it has one. */
function joinedColumns(kind: Kind, file: SourceFile, joins: Joins): JoinedColumn[] {
  const taken = new Set(file.columns.map((column) => column.id.toLowerCase()));
  const unique = joins
    .columns(kind)
    .map((column) =>
      taken.has(column.id.toLowerCase()) ? { ...column, id: `${column.id} (joined)` } : column,
    );
  return [
    ...unique,
    ...(slotIndex(file, 'tags') === -1 ? [{ id: '(labels)', slot: 'tags' }] : []),
    ...(kind === 'case' && slotIndex(file, 'contact') === -1
      ? [{ id: '(client)', slot: 'contact' }]
      : []),
  ];
}

/** The stages in the order that the workflows give them: a pipeline is read from left to right. */
export function ordered(file: SourceFile, stages: readonly string[]): SourceFile {
  const index = slotIndex(file, 'stage');
  if (file.object !== 'case' || index === -1 || stages.length === 0) return file;
  const options = stages.map((stage): [string, string] => [stage, stage]);
  const declared = { label: 'Stage', type: 'choice', options, help: '' } as const;
  const columns = file.columns.map((column, at) =>
    at === index ? { ...column, declared } : column,
  );
  return { ...file, columns };
}

interface Profiled {
  readonly profile: ColumnProfile;
  readonly misfits: number;
  readonly example: string;
}

/** The joined columns of cases and contacts are looked at like any others: a person decides about them too. */
async function profilesOf(
  part: Part,
  kind: Kind,
  input: CompleterInput,
): Promise<Map<string, Profiled>> {
  const { file } = part;
  const joined = joinedColumns(kind, file, input.joins);
  const width = file.columns.length;
  const watched = [
    ...file.columns.map((column) => ({
      id: column.id,
      declared: ownDeclared(column, input.joins),
    })),
    ...joined,
  ].map((column) => ({
    id: column.id,
    declared: column.declared,
    builder: profileBuilder(),
    filled: 0,
    misfits: 0,
    example: '',
  }));
  const keyOf = keyMaker(file, KEYS[kind] ?? {});
  let rows = 0;
  for await (const chunk of dataRows(part.table, file.headerLine, file.columns.length))
    for (const row of chunk) {
      const verdict = judgeRow(row, width);
      if (verdict.kind !== 'record') continue;
      rows++;
      const key = keyOf(verdict.cells);
      const cells = [
        ...resolved(file, verdict.cells, key, input),
        ...joinedCells(file, verdict.cells, key, input.joins),
      ];
      for (const [index, one] of watched.entries()) {
        const value = (cells[index] ?? '').trim();
        if (index >= width) one.builder.add(value, row.line);
        if (value === '' || !one.declared || fitsType(one.declared.type, value)) continue;
        one.misfits++;
        one.example ||= value.slice(0, 40);
      }
    }
  return new Map(
    watched.map((one) => [
      one.id,
      { profile: one.builder.build(rows), misfits: one.misfits, example: one.example },
    ]),
  );
}

function ownDeclared(column: SourceColumn, joins: Joins): SourceColumn['declared'] {
  const field =
    column.slot === null
      ? joins.fields.declared(column.header.replace(/^custom_fields\./, ''))
      : undefined;
  return field && toDeclared(field);
}

const LAST_CHANGED = /^(last|date)?(updated|modified|edited|changed)(at|on|date|time)?$/;

/** An API says of every record when it was last changed; only cases and contacts keep it. */
const sparedColumn = (column: SourceColumn): SourceColumn =>
  column.slot === null && LAST_CHANGED.test(foldHeader(column.header))
    ? { ...column, spare: 'when it was last changed in AgileCase; it is there to find changes by' }
    : column;

const DOUBT = 0.1;

const contradiction = (
  declared: SourceColumn['declared'],
  filled: number,
  seen: Profiled | undefined,
): string =>
  declared && seen && filled > 0 && seen.misfits > filled * DOUBT
    ? `AgileCase declares it as ${declared.type}, but ${seen.misfits} of its ${filled} values are none, like "${seen.example}"`
    : '';

function declaredColumn(
  column: SourceColumn,
  joins: Joins,
  profiles: ReadonlyMap<string, Profiled>,
): SourceColumn {
  const declared = ownDeclared(column, joins);
  if (!declared) return column;
  const doubt = contradiction(declared, column.profile.filled, profiles.get(column.id));
  return {
    ...column,
    declared,
    confidence: doubt === '' ? 0.97 : 0.5,
    reason: doubt || `declared in AgileCase as ${declared.type}`,
  };
}

export function extraColumn(
  column: JoinedColumn,
  index: number,
  rows: number,
  seen: Profiled | undefined,
): SourceColumn {
  const { id, slot, declared } = column;
  const profile = seen?.profile ?? {
    type: 'text' as const,
    rows,
    filled: rows,
    distinct: 0,
    maxLength: 0,
    examples: [],
    misfits: { count: 0, examples: [] },
  };
  const doubt = contradiction(declared, profile.filled, seen);
  return {
    id,
    header: '',
    index,
    slot,
    confidence: doubt === '' ? 0.97 : 0.5,
    reason:
      doubt ||
      (slot === null
        ? `joined from the custom values, declared as ${declared?.type ?? 'text'}`
        : 'filled by Waybill from the other tables'),
    alternatives: [],
    profile,
    ...(declared && { declared }),
  };
}

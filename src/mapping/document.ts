/** mapping.yaml: read with line numbers, written to be read and compared, hashed by its meaning alone. */
import { stringify, type Document } from 'yaml';
import { z } from 'zod';
import { WaybillError } from '../core/errors.ts';
import { isZone } from '../lib/dates-zone.ts';
import { sha256 } from '../lib/hash.ts';
import { canonicalJson } from '../lib/json.ts';
import { readYaml } from '../lib/yaml-lines.ts';
import type { ColumnMapping, MappingDocument } from './mapping.ts';
import { TRANSFORM } from './prepare.ts';

const customSchema = z.strictObject({
  model: z.string(),
  name: z
    .string()
    .regex(
      /^x_[a-z0-9_]{1,58}$/,
      'must begin with x_ and have at most 60 characters of a-z, 0-9 and _',
    ),
  label: z.string().min(1),
  type: z.enum(['char', 'text', 'integer', 'float', 'date', 'datetime', 'boolean', 'selection']),
  options: z.array(z.tuple([z.string(), z.string()])).optional(),
  help: z.string(),
});

const columnSchema = z.strictObject({
  column: z.string(),
  to: z
    .string()
    .regex(
      /^(slot:[a-z0-9_]+|field:[a-z0-9_]+|tags:[^]*|custom|drop|\?)$/,
      'must be slot:<name>, field:<odoo field>, tags:<prefix>, custom, drop or ?',
    ),
  proposed: z.string().optional(),
  custom: customSchema.optional(),
  dateOrder: z.enum(['mdy', 'dmy', 'ymd']).optional(),
  values: z.record(z.string(), z.string()).optional(),
  transform: z
    .array(
      z
        .string()
        .regex(
          TRANSFORM,
          'must be upper, lower, title, digits, plain, first-word, last-word, all-but-first-word, default:<text>, constant:<text>, prefix:<text> or suffix:<text>',
        ),
    )
    .optional(),
  confidence: z.number().min(0).max(1).default(1),
  reason: z.string().default(''),
  alternatives: z.array(z.string()).default([]),
});

const documentSchema = z.strictObject({
  version: z.literal(1),
  source: z.string(),
  choices: z.strictObject({
    duplicates: z.enum(['same-name', 'merge', 'separate', 'review']),
    match: z.enum(['email', 'email-and-name', 'none']),
    existing: z.enum(['fill-empty', 'overwrite', 'leave']),
    companies: z.enum(['text', 'partners']),
    conflicts: z.enum(['queue', 'source', 'odoo']).default('queue'),
    deletions: z.enum(['queue', 'archive', 'keep']).default('queue'),
    noteJoin: z.enum(['id-first', 'email-first']),
    fallbackOwner: z.string(),
    createUsers: z.boolean(),
    groupsAsTeams: z.boolean(),
    campaigns: z.enum(['tags', 'utm']).default('tags'),
    pictures: z.enum(['listed', 'rehosted']).default('listed'),
    pipeline: z.string().default(''),
    leadType: z.enum(['opportunity', 'lead']).default('opportunity'),
    timeZone: z.string().refine(isZone, 'is no time zone, like America/Chicago'),
    country: z.string().regex(/^[A-Z]{2}$/, 'must be a country code of two letters, like US'),
    tagPrefix: z.string(),
    groupPrefix: z.string(),
  }),
  objects: z.record(z.string(), z.array(columnSchema)),
});

/** Throws WB_MAPPING_INVALID with the line and what is allowed there. A column that is not as it was proposed counts as decided. */
export function parseMapping(text: string): MappingDocument {
  const { document, fault, lineOf } = readYaml(text);
  if (fault) throw invalid(fault.line, fault.message);
  const result = documentSchema.safeParse(plain(document));
  if (!result.success) {
    const issue = result.error.issues[0];
    const path = [
      ...(issue?.path ?? []),
      ...(issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : []),
    ];
    throw invalid(lineOf(path), `${path.join('.')} ${issue?.message ?? ''}`);
  }
  const objects = Object.fromEntries(
    Object.entries(result.data.objects).map(([object, columns]) => [
      object,
      columns.map((column) => toColumn(column, object)),
    ]),
  );
  return { ...result.data, objects };
}

function plain(document: Document): unknown {
  try {
    return document.toJS();
  } catch (error) {
    throw invalid(1, `cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function toColumn(
  { proposed, custom, dateOrder, values, transform, ...rest }: z.infer<typeof columnSchema>,
  object: string,
): ColumnMapping {
  if (rest.to === 'custom' && !custom) {
    throw new WaybillError(
      'WB_MAPPING_INVALID',
      `mapping.yaml, ${object} column "${rest.column}": "to: custom" needs a "custom:" block with model, name, label, type and help.`,
      { next: 'Copy the block of another custom column and change it, or run: waybill map' },
    );
  }
  const field = custom && {
    model: custom.model,
    name: custom.name,
    label: custom.label,
    type: custom.type,
    help: custom.help,
    ...(custom.options && { options: custom.options }),
  };
  const column = {
    ...rest,
    ...(field && { custom: field }),
    ...(dateOrder && { dateOrder }),
    ...(values && { values }),
    ...(transform && { transform }),
  };
  return { ...column, decided: proposed !== fingerprint(column) };
}

type Meaning = Pick<
  ColumnMapping,
  'column' | 'to' | 'custom' | 'dateOrder' | 'values' | 'transform'
>;
const meaningOf = ({ column, to, custom, dateOrder, values, transform }: Meaning): Meaning => ({
  column,
  to,
  ...(custom && { custom }),
  ...(dateOrder && { dateOrder }),
  ...(values && { values }),
  ...(transform && { transform }),
});

/** Tells whether a person changed anything that matters: the target, or the field and date order beside it. */
const fingerprint = (column: Meaning): string => {
  const { column: _id, to, ...details } = meaningOf(column);
  return Object.keys(details).length === 0
    ? to
    : `${to} (${sha256(canonicalJson(details)).slice(0, 8)})`;
};

const invalid = (line: number, message: string): WaybillError =>
  new WaybillError('WB_MAPPING_INVALID', `mapping.yaml, line ${line}: ${message}`, {
    place: `mapping.yaml:${line}`,
    next: `Mend line ${line} of mapping.yaml, then: waybill map --check`,
  });

/** Where the target of an object's column stands in mapping.yaml. */
export function columnLine(text: string, object: string, index: number): number {
  return readYaml(text).lineOf(['objects', object, index, 'to']);
}

/** Values of several lines in quotes: block text would not survive being moved to the right, nor every line end. */
const YAML = { lineWidth: 0, blockQuote: false } as const;

const HEADER = `# Where every column goes. Change a column, "to:" or what stands below it, and it is yours: a new proposal leaves it alone.
#   slot:<name>     the meaning it was recognised as        custom          a custom field, described in "custom:"
#   field:<name>    straight into that Odoo field           tags:<prefix>   tags with this prefix
#   drop            left behind, by your decision           ?               you must choose
# Beside any line: values: { "Hot": "Active" } writes another value; transform: [title] changes what is written.
# No record moves before this file is approved: waybill map --approve --by "<your name>"
`;

export function formatMapping(document: MappingDocument): string {
  const { version, source, choices, objects } = document;
  const parts = [HEADER, stringify({ version, source, choices }, YAML), 'objects:\n'];
  for (const [object, columns] of Object.entries(objects)) {
    parts.push(`  ${object}:${columns.length === 0 ? ' []' : ''}\n`);
    for (const column of columns) parts.push(formatColumn(column));
  }
  return parts.join('');
}

function formatColumn(column: ColumnMapping): string {
  const { profile, decided, ...rest } = column;
  const proposed = decided ? '' : fingerprint(column);
  const { column: id, to, ...details } = rest;
  const text = stringify([{ column: id, to, proposed, ...details }], YAML);
  const about = profile
    ? `    # ${profile.type}, ${profile.filled} of ${profile.rows} filled${profile.examples.length > 0 ? `, like ${JSON.stringify(profile.examples.slice(0, 3))}` : ''}\n`
    : '';
  return about.replace(/[\u0085\u2028\u2029]/g, ' ') + indented(text);
}

/** By LF alone: what else Unicode calls a line end may stand inside a value. */
const indented = (text: string): string =>
  text
    .split('\n')
    .map((line) => (line === '' ? line : `    ${line}`))
    .join('\n');

/** sha256 of what changes what is written to Odoo; confidence, reasons and examples do not. */
export function hashMapping({ source, choices, objects }: MappingDocument): string {
  const meaning = Object.entries(objects).map(([object, columns]) => [
    object,
    columns.map((column) => {
      const { values, ...rest } = meaningOf(column);
      // As pairs: their order is the order of the stages.
      return { ...rest, values: values && Object.entries(values) };
    }),
  ]);
  return sha256(canonicalJson({ source, choices, meaning }));
}

export const undecided = (
  document: MappingDocument,
): { object: string; column: string; reason: string }[] =>
  Object.entries(document.objects).flatMap(([object, columns]) =>
    columns
      .filter((one) => one.to === '?')
      .map((one) => ({ object, column: one.column, reason: one.reason })),
  );

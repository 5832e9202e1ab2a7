/** The scope as a page that a customer can read and sign. */
import type { Inspection } from '../source/source.ts';
import { escape, page, percent, table, utc } from './parts.ts';
import { number } from './verdict.ts';

export interface ScopeModel {
  readonly title: string;
  readonly at: string;
  readonly source: string;
  readonly inspection: Inspection;
  readonly objects: readonly {
    readonly label: string;
    readonly records: number;
    readonly rejected: number;
    readonly model: string;
    readonly compatibility: string;
    readonly note: string;
  }[];
  readonly files: { readonly count: number; readonly bytes: number };
  readonly traps: readonly string[];
  readonly odoo: readonly {
    readonly verdict: 'ok' | 'warn' | 'fail';
    readonly what: string;
    readonly next?: string;
  }[];
  /** Contacts of the export that Odoo has already; null where it was not asked. */
  readonly existing: {
    readonly rule: string;
    readonly contacts: number;
    readonly matched: number;
    readonly unclear: number;
    readonly examples: readonly { readonly source: string; readonly odoo: string }[];
  } | null;
}

export function scopeHtml(model: ScopeModel): string {
  const records = model.objects.reduce((sum, one) => sum + one.records, 0);
  const fix = model.odoo.filter((one) => one.verdict === 'fail').length;
  return page({
    title: model.title,
    when: `Read ${utc(model.at)}.`,
    verdict: {
      mood: fix > 0 ? 'bad' : 'look',
      text: `${number(records)} records of ${model.objects.filter((one) => one.records > 0).length} kinds in ${model.inspection.files.length} files. ${fix > 0 ? `${fix} thing(s) to mend before the start.` : 'Nothing stands in the way.'}`,
    },
    sections: [
      ['objects', 'What is moved', objects(model)],
      ['columns', 'Columns', columns(model)],
      ['left', 'What is left out, and why', left(model)],
      ['odoo', 'The Odoo it goes to', odoo(model)],
      ['traps', `Good to know about ${model.source}`, list(model.traps)],
      ['sign', 'Signature', SIGNATURE],
    ],
  });
}

const objects = (model: ScopeModel): string =>
  table(
    'Kinds of records',
    ['What', 'Records', 'Rejected rows', 'In Odoo', 'How', 'Note'],
    model.objects.map((one) => [
      one.label,
      one.records,
      one.rejected,
      one.model || '-',
      one.compatibility,
      one.note,
    ]),
    'The export holds nothing.',
  ) + `<p>${escape(filesText(model.files))}</p>`;

/** In units of a thousand, as file managers show them. */
export function filesText({ count, bytes }: ScopeModel['files']): string {
  if (count === 0) return 'No attachment has bytes in the export.';
  const [size, unit] = bytes < 1_000_000 ? [bytes / 1_000, 'kB'] : [bytes / 1_000_000, 'MB'];
  return `${number(count)} attachment(s) with ${number(Math.ceil(size))} ${unit} in all.`;
}

const columns = (model: ScopeModel): string =>
  model.inspection.files
    .map((file) =>
      table(
        `${file.path} (${file.object}, ${number(file.rows)} rows, sha256 ${file.sha256.slice(0, 12)})`,
        ['Column', 'Read as', 'Type', 'Filled', 'Different', 'Examples'],
        file.columns.map((one) => [
          one.id,
          one.slot ?? 'custom field',
          one.profile.type,
          percent(one.profile.rows === 0 ? 0 : one.profile.filled / one.profile.rows),
          one.profile.distinct,
          one.profile.examples.slice(0, 3).join(' · '),
        ]),
        '',
      ),
    )
    .join('');

const left = ({ inspection }: ScopeModel): string =>
  list([...inspection.skipped.map((one) => `${one.path}: ${one.reason}`), ...inspection.notices]) ||
  '<p>Nothing.</p>';

const RULES: Readonly<Record<string, string>> = {
  email: 'their e-mail address',
  'email-and-name': 'their e-mail address and name',
};

export function existingText({
  rule,
  contacts,
  matched,
  unclear,
}: NonNullable<ScopeModel['existing']>): string {
  if (rule === 'none')
    return `No contact of Odoo's is looked for (match: none): all ${number(contacts)} would be made anew.`;
  const wait =
    unclear > 0
      ? `; for ${number(unclear)} more, Odoo has several that could be meant, and they would wait for you`
      : '';
  return `${number(matched)} of ${number(contacts)} contacts are in Odoo already, by ${RULES[rule] ?? rule}${wait}.`;
}

const existing = ({ existing: found }: ScopeModel): string =>
  found === null
    ? ''
    : `<p>${escape(existingText(found))}</p>` +
      (found.examples.length === 0
        ? ''
        : table(
            'For example',
            ['At the source', 'In Odoo'],
            found.examples.map((one) => [one.source, one.odoo]),
            '',
          ));

const odoo = (model: ScopeModel): string =>
  existing(model) +
  table(
    'What a run needs',
    ['', 'Found', 'To do'],
    model.odoo.map((one) => [one.verdict, one.what, one.next ?? '']),
    'Odoo was not looked at.',
  );

const list = (items: readonly string[]): string =>
  items.length > 0 ? `<ul>${items.map((item) => `<li>${escape(item)}</li>`).join('')}</ul>` : '';

const SIGNATURE =
  '<p>The numbers above are what the result is reconciled against. Signed with: <code>waybill scope --sign --by "&lt;your name&gt;"</code></p>';

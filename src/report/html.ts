/** One HTML file that opens from disk: no network, no script, every value escaped. */
import type { ReportModel } from './model.ts';
import { escape, page, parting, percent, table, utc } from './parts.ts';
import { number, verdictOf } from './verdict.ts';

export function reportHtml(model: ReportModel): string {
  const verdict = verdictOf(model);
  const sections: readonly (readonly [string, string, string])[] = [
    ['balance', 'Reconciliation', balance(model)],
    ['verification', 'Verification', verification(model)],
    ['review', 'Review queue', review(model)],
    ['owners', 'Owners', owners(model)],
    [
      'merged',
      'Merged records',
      table(
        'Records that went into another',
        ['Object', 'Record', 'Into'],
        model.merged.map((one) => [one.object, one.key, one.into]),
        'No record was merged.',
      ),
    ],
    ['mapping', 'Mapping', mapping(model)],
    ['source', 'Source', source(model)],
    ['run', 'Run', run(model)],
  ];
  return page({
    title: model.title,
    when: `${model.environment}${model.destination ? `: ${model.destination.db} at ${model.destination.url}, Odoo ${model.destination.version} ${model.destination.edition}` : ''}. Written ${utc(model.at)}.`,
    verdict,
    sections,
  });
}

const COUNTS = ['loaded', 'merged', 'excluded', 'queued', 'rejected', 'pending'];

const balance = (model: ReportModel): string =>
  `<p>Every row adds up: extracted = loaded + merged + excluded + queued + rejected. "Extracted" is counted in the files themselves, apart from the store. Users and groups count as merged: they end in Odoo's users and tags.</p>` +
  table(
    'Source records by where they ended',
    [
      'Object',
      'Extracted',
      'Loaded',
      'Merged',
      'Excluded',
      'Queued',
      'Rejected',
      'Not accounted for',
      'Lost in the store',
    ],
    model.balance.map((one) => [
      one.object,
      one.extracted,
      ...COUNTS.map((name) => one.counts[name] ?? 0),
      one.lost,
    ]),
    'Nothing was extracted yet.',
  ) +
  signed(model);

const signed = ({ scope }: ReportModel): string =>
  scope
    ? table(
        `Against the scope that ${scope.by} signed at ${utc(scope.at)}`,
        ['Object', 'Signed', 'In the export now', 'Difference', 'Accounted for'],
        scope.rows.map((one) => [
          one.object,
          one.signed,
          one.now,
          one.now - one.signed,
          one.accounted,
        ]),
        '',
      ) + '<p>A difference came with a later export: the deltas in the audit log say which.</p>'
    : '<p>No scope was signed.</p>';

function verification(model: ReportModel): string {
  const found = model.verification;
  if (!found) return '<p>Nothing was read back yet.</p>';
  const differs = table(
    'Values that differ, and values that were not taken: by the rule for existing contacts, or since no entry can move in a history',
    ['Record', 'Field', 'Source', 'Odoo', 'Verdict'],
    found.verdicts.map((one) => [
      one.key,
      one.field,
      ...parting(one.expected, one.found),
      one.verdict,
    ]),
    'No value differs, and the rule for existing contacts left none out.',
  );
  const fields = table(
    'Every field that was written',
    ['Model', 'Field', 'Checked', 'Equal', 'Differ'],
    found.fields.map((one) => [
      one.model,
      one.field,
      one.checked,
      one.equal,
      one.checked - one.equal,
    ]),
    'No value was written.',
  );
  return `<p>At ${utc(found.at)}, ${number(found.records)} Odoo records were read back, ${number(found.missing)} missing.</p>${differs}${fields}`;
}

const review = (model: ReportModel): string =>
  table(
    'What waits, by kind',
    ['Items', 'Kind', 'Code'],
    model.review.open.map((one) => [one.n, one.title, one.code]),
    'Nothing waits for a person.',
  ) +
  table(
    'Items, the first 1,000',
    ['No.', 'Where', 'What', 'Column', 'Value', 'Decision'],
    model.review.items.map((one) => [
      one.id,
      one.place,
      one.message,
      one.column,
      one.raw,
      one.resolution,
    ]),
    'No item was ever raised.',
  );

const owners = (model: ReportModel): string =>
  table(
    'Owners of the source and who they are in Odoo',
    ['Owner', 'E-mail', 'Active at the source', 'Contacts', 'Found', 'In Odoo'],
    model.owners.map((one) => [
      one.label,
      one.email,
      one.active === null ? 'not said' : one.active ? 'yes' : 'no',
      one.contacts,
      one.how,
      one.user,
    ]),
    'The source names no owner.',
  ) +
  '<p>An owner who is not in Odoo is replaced by the fallback. Create the user in Odoo, then run again: the contacts are handed over.</p>';

function mapping(model: ReportModel): string {
  if (!model.mapping) return '<p>There is no mapping yet.</p>';
  const state = model.mapping.approvedBy
    ? `Approved by ${model.mapping.approvedBy} at ${utc(model.mapping.approvedAt ?? '')}`
    : 'Not approved';
  const objects = Object.entries(model.mapping.objects).map(([object, columns]) =>
    table(
      object,
      ['Column', 'To', 'Field', 'Sure', 'Why', 'By'],
      columns.map((one) => [
        one.column,
        one.to,
        one.field,
        percent(one.confidence),
        one.reason,
        one.decided ? 'a person' : 'proposal',
      ]),
      '',
    ),
  );
  return `<p>${escape(state)}. Hash ${escape(model.mapping.hash)}.</p>${table(
    'Choices',
    ['Choice', 'Value'],
    Object.entries(model.mapping.choices).map(([name, value]) => [name, String(value)]),
    '',
  )}${objects.join('')}`;
}

const list = (items: readonly string[]): string =>
  items.length > 0 ? `<ul>${items.map((text) => `<li>${escape(text)}</li>`).join('')}</ul>` : '';

function source(model: ReportModel): string {
  if (!model.source) return '<p>The export was not read yet.</p>';
  const { files, skipped, notices } = model.source.inspection;
  const columns = files.map((file) =>
    table(
      `${file.path}: columns`,
      ['Column', 'Read as', 'Type', 'Filled', 'Different', 'Examples'],
      file.columns.map((one) => [
        one.id,
        one.slot ?? 'custom',
        one.profile.type,
        one.profile.filled,
        one.profile.distinct,
        one.profile.examples.slice(0, 3).join(' · '),
      ]),
      '',
    ),
  );
  return (
    table(
      'Files',
      ['File', 'Object', 'Rows', 'Encoding', 'sha256'],
      files.map((file) => [file.path, file.object, file.rows, file.encoding, file.sha256]),
      'No file was read.',
    ) +
    list([...skipped.map((one) => `Left out: ${one.path}: ${one.reason}`), ...notices]) +
    columns.join('') +
    `<h3>Good to know about ${escape(model.source.name)}</h3>${list(model.source.traps)}`
  );
}

const estimated = ({ estimate }: ReportModel): string =>
  estimate
    ? `<p>Estimated (grade ${escape(estimate.grade)}): ${estimate.predictedHours} h of run time. It took ${estimate.actualHours} h${estimate.killed > 0 ? `, and the time of ${estimate.killed} run(s) that were killed` : ''}, at ${number(estimate.recordsPerSecond)} records/s.</p>`
    : '';

function run(model: ReportModel): string {
  if (!model.run) return '<p>There was no run yet.</p>';
  const totals = Object.entries(model.run.totals).map(([name, n]): [string, number] => [name, n]);
  return `<p>Run ${model.run.id}: ${escape(model.run.state)}, from ${utc(model.run.startedAt)} to ${utc(model.run.endedAt)}.</p>${table('Totals of the last run', ['What', 'Records'], totals, '')}${table(
    'The ledger',
    ['Step', 'Operation', 'State', 'Records'],
    model.run.ledger.map((one) => [one.step, one.op, one.state, one.n]),
    'The ledger is empty.',
  )}${estimated(model)}`;
}

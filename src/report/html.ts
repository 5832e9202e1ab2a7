/** One HTML file that opens from disk: no network, no script, every value escaped. */
import type { ReportModel } from './model.ts';
import { number, verdictOf } from './verdict.ts';

const LONGEST_CELL = 300;

export const escape = (text: string): string =>
  text.replace(
    /[&<>"']/g,
    (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[c] ?? c,
  );

type Cell = string | number;

const cell = (value: Cell): string => {
  if (typeof value === 'number') return `<td class="n">${number(value)}</td>`;
  const short = value.length > LONGEST_CELL ? `${value.slice(0, LONGEST_CELL)}…` : value;
  return `<td>${escape(short)}</td>`;
};

export function table(
  caption: string,
  head: readonly string[],
  rows: readonly (readonly Cell[])[],
  nothing: string,
): string {
  if (rows.length === 0) return `<p>${escape(nothing)}</p>`;
  const headRow = head
    .map(
      (name, index) =>
        `<th scope="col"${typeof rows[0]?.[index] === 'number' ? ' class="n"' : ''}>${escape(name)}</th>`,
    )
    .join('');
  return `<div class="scroll"><table><caption>${escape(caption)}</caption><thead><tr>${headRow}</tr></thead><tbody>${rows.map((row) => `<tr>${row.map(cell).join('')}</tr>`).join('')}</tbody></table></div>`;
}

const section = (id: string, title: string, body: string): string =>
  `<section id="${id}"><h2>${escape(title)}</h2>${body}</section>`;
const utc = (iso: string): string =>
  iso === '' ? '' : `${iso.slice(0, 19).replace('T', ' ')} UTC`;
const percent = (share: number): string => `${Math.round(share * 100)}%`;

/** A whole file: no network, no script. */
export const page = (title: string, body: string): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"><title>${escape(title)}</title><style>${STYLE}</style></head>
<body><main>${body}</main></body></html>\n`;

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
  const nav = sections.map(([id, title]) => `<a href="#${id}">${escape(title)}</a>`).join(' ');
  const place = model.destination
    ? `: ${escape(model.destination.db)} at ${escape(model.destination.url)}, Odoo ${escape(model.destination.version)} ${escape(model.destination.edition)}`
    : '';
  const header = `<header><h1>${escape(model.title)}</h1><p class="when">${escape(model.environment)}${place}. Written ${utc(model.at)}.</p>
<p class="verdict ${verdict.mood}">${escape(verdict.text)}</p><nav aria-label="Sections">${nav}</nav></header>`;
  const body = sections.map(([id, title, text]) => section(id, title, text)).join('\n');
  return page(model.title, `${header}\n${body}`);
}

const COUNTS = ['loaded', 'merged', 'excluded', 'queued', 'rejected', 'pending'];

const balance = (model: ReportModel): string =>
  `<p>Every row adds up: extracted = loaded + merged + excluded + queued + rejected. Users and groups count as merged: they end in Odoo's users and tags.</p>` +
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
    ],
    model.balance.map((one) => [
      one.object,
      one.extracted,
      ...COUNTS.map((name) => one.counts[name] ?? 0),
    ]),
    'Nothing was extracted yet.',
  );

function verification(model: ReportModel): string {
  const found = model.verification;
  if (!found) return '<p>Nothing was read back yet.</p>';
  const differs = table(
    'Values that differ, and values that the rule for existing contacts did not take',
    ['Record', 'Field', 'Source', 'Odoo', 'Verdict'],
    found.verdicts.map((one) => [one.key, one.field, one.expected, one.found, one.verdict]),
    'None.',
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
  const list = (items: readonly string[]): string =>
    items.length > 0 ? `<ul>${items.map((text) => `<li>${escape(text)}</li>`).join('')}</ul>` : '';
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

function run(model: ReportModel): string {
  if (!model.run) return '<p>There was no run yet.</p>';
  const totals = Object.entries(model.run.totals).map(([name, n]): [string, number] => [name, n]);
  return `<p>Run ${model.run.id}: ${escape(model.run.state)}, from ${utc(model.run.startedAt)} to ${utc(model.run.endedAt)}.</p>${table('Totals of the last run', ['What', 'Records'], totals, '')}${table(
    'The ledger',
    ['Step', 'Operation', 'State', 'Records'],
    model.run.ledger.map((one) => [one.step, one.op, one.state, one.n]),
    'The ledger is empty.',
  )}`;
}

const STYLE = `:root{color-scheme:light dark;--line:#8884;--soft:#8881}*{box-sizing:border-box}body{margin:0;font:16px/1.5 system-ui,sans-serif}main{max-width:72rem;margin:0 auto;padding:1.5rem}
h1{font-size:1.6rem;margin:0}h2{margin:2.5rem 0 .5rem;border-bottom:1px solid var(--line)}.when{opacity:.75;margin:.2rem 0 1rem}.verdict{font-size:1.15rem;padding:1rem 1.2rem;border-left:.4rem solid;background:var(--soft);border-radius:.3rem}
.good{border-color:#2a8f4f}.look{border-color:#c98a00}.bad{border-color:#c0392b}.none{border-color:#888}nav a{margin-right:.8rem}.scroll{overflow-x:auto;margin:1rem 0}table{border-collapse:collapse;width:100%;font-size:.92rem}
caption{text-align:left;font-weight:600;padding:.3rem 0}th,td{text-align:left;vertical-align:top;padding:.3rem .6rem;border-bottom:1px solid var(--line);overflow-wrap:anywhere}th{white-space:nowrap}.n{text-align:right;font-variant-numeric:tabular-nums}
tbody tr:nth-child(even){background:var(--soft)}@media print{nav{display:none}.scroll{overflow:visible}}`;

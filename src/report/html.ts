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
  return `<td>${escape(beginning(value, LONGEST_CELL))}</td>`;
};

/** Cut between characters: half an emoji is no text. */
function beginning(text: string, length: number): string {
  if (text.length <= length) return text;
  const inside = /[\uD800-\uDBFF]$/.test(text.slice(0, length));
  return `${text.slice(0, inside ? length - 1 : length)}…`;
}

const CONTEXT = 100;

/** Of two long values that begin alike, what stands where they part. */
function parting(a: string, b: string): readonly [string, string] {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  const from = Math.max(0, at - CONTEXT);
  if (from === 0 || Math.max(a.length, b.length) <= LONGEST_CELL) return [a, b];
  const tail = (text: string): string => `…${text.slice(from).replace(/^[\uDC00-\uDFFF]/, '')}`;
  return [tail(a), tail(b)];
}

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
  return `<div class="scroll" role="region" tabindex="0" aria-label="${escape(caption)}"><table><caption>${escape(caption)}</caption><thead><tr>${headRow}</tr></thead><tbody>${rows.map((row) => `<tr>${row.map(cell).join('')}</tr>`).join('')}</tbody></table></div>`;
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
    found.verdicts.map((one) => [
      one.key,
      one.field,
      ...parting(one.expected, one.found),
      one.verdict,
    ]),
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

const STYLE = `
:root{color-scheme:light dark;--ink:light-dark(#1d2430,#e6e9ef);--quiet:light-dark(#5b6472,#a0a9b8);--page:light-dark(#f6f7f9,#14171c);--card:light-dark(#fff,#1c2027);--line:light-dark(#dfe3e8,#323845);--stripe:light-dark(#f8f9fb,#20252d);--link:light-dark(#1f5fbf,#8ab4f8);
--good:light-dark(#1f7a45,#5fc98a);--look:light-dark(#9a6700,#e3b341);--bad:light-dark(#b3261e,#ff8a80)}
*{box-sizing:border-box}html{scroll-behavior:smooth}body{margin:0;background:var(--page);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",sans-serif}
main{max-width:76rem;margin:0 auto;padding:2rem 1.25rem 4rem}h1{font-size:1.75rem;line-height:1.2;margin:0}h2{font-size:1.2rem;margin:0 0 .75rem}h3{font-size:1rem;margin:1.5rem 0 .5rem}p{margin:.5rem 0}a{color:var(--link)}
.when{color:var(--quiet);margin:.35rem 0 1.25rem;overflow-wrap:anywhere}.verdict{font-size:1.15rem;padding:1rem 1.25rem;border:1px solid var(--line);border-left:.45rem solid var(--quiet);background:var(--card);border-radius:.5rem}
.good{border-left-color:var(--good)}.look{border-left-color:var(--look)}.bad{border-left-color:var(--bad)}nav{display:flex;flex-wrap:wrap;gap:.25rem 1.1rem;margin:1rem 0 0}
section{background:var(--card);border:1px solid var(--line);border-radius:.5rem;padding:1.25rem;margin:1.5rem 0 0;scroll-margin-top:1rem}
.scroll{overflow:auto;max-height:36rem;margin:1rem 0 0;border:1px solid var(--line);border-radius:.35rem}.scroll:focus-visible,a:focus-visible{outline:2px solid var(--link);outline-offset:2px}
table{border-collapse:separate;border-spacing:0;width:100%;font-size:.9rem}caption{text-align:left;font-weight:600;padding:.6rem .75rem;background:var(--card)}th,td{text-align:left;vertical-align:top;padding:.4rem .75rem;border-bottom:1px solid var(--line);overflow-wrap:anywhere}
td{min-width:5rem;white-space:pre-line}thead th{position:sticky;top:0;background:var(--card);color:var(--quiet);font-weight:600;white-space:nowrap;box-shadow:0 1px 0 var(--line)}tbody tr:last-child td{border-bottom:0}tbody tr:nth-child(even) td{background:var(--stripe)}.n{text-align:right;font-variant-numeric:tabular-nums;min-width:0;white-space:nowrap}
ul{padding-left:1.2rem;margin:.75rem 0}li{overflow-wrap:anywhere}
@media print{:root{color-scheme:light}body,section,.verdict,.scroll{background:#fff}main{max-width:none;padding:0}nav{display:none}section{border:0;padding:0;break-before:auto}.scroll{overflow:visible;max-height:none;border:0}thead{display:table-header-group}thead th{position:static}tr{break-inside:avoid}h2{break-after:avoid}}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}`;

/** The diff of a sample as a page and as a workbook. */
import { page, table, utc } from './parts.ts';
import type { DiffField, DiffRecord, FieldVerdict, SampleModel } from './sample-model.ts';
import { number } from './verdict.ts';
import { workbook, type Sheet } from './workbook.ts';

const WORDS: Readonly<Record<FieldVerdict, string>> = {
  equal: 'equal',
  differs: 'differs',
  missing: 'not in Odoo',
  kept: "Odoo's own value kept",
};

export function sampleVerdict(model: SampleModel): { mood: string; text: string } {
  const { differs, missing, equal } = model.totals;
  const bad = differs + missing;
  const text = `${number(model.size)} source records, ${number(model.records.length)} Odoo records, ${number(equal + bad + model.totals.kept)} values laid out: ${bad === 0 ? 'none differs' : `${number(differs)} differ, ${number(missing)} are missing`}. It shows ${number(model.covered.length)} of ${number(model.covered.length + model.uncovered.length)} things worth showing.`;
  return { mood: bad > 0 ? 'bad' : model.queued.length > 0 ? 'look' : 'good', text };
}

export function sampleHtml(model: SampleModel): string {
  const bad = model.records.filter((one) => one.verdict !== 'equal');
  return page({
    title: model.title,
    when: `${model.environment}. Mapping ${model.mappingHash.slice(0, 12)}. Read back ${utc(model.at)}. Diff ${model.hash.slice(0, 12)}.`,
    verdict: sampleVerdict(model),
    sections: [
      ['differs', 'What differs', bad.map(recordHtml).join('') || '<p>Nothing differs.</p>'],
      ['coverage', 'What the sample shows', coverage(model)],
      ['queued', 'Waiting in the review queue', queued(model)],
      ['records', 'Every record', model.records.map(recordHtml).join('')],
    ],
  });
}

const coverage = (model: SampleModel): string =>
  `<p>${number(model.needed)} source records were chosen so that everything below is in at least one of them; the others fill the sample up with their children and with records from all over the export.</p>` +
  table(
    'Shown at least once',
    ['What'],
    model.covered.map((what) => [what]),
    'Nothing.',
  ) +
  table(
    'Not shown: no record that would be loaded has it',
    ['What', 'Why'],
    model.uncovered.map(({ what, why }) => [what, why]),
    'Nothing is left out.',
  ) +
  table(
    'Not loaded record by record, so in no sample',
    ['What', 'Why'],
    model.apart.map(({ what, why }) => [what, why]),
    'Everything is loaded record by record.',
  );

const queued = (model: SampleModel): string =>
  table(
    'Items about sampled records',
    ['Where', 'What'],
    model.queued.map((one) => [one.place, one.message]),
    'No sampled record waits for a person.',
  );

export const recordHtml = (one: DiffRecord): string =>
  table(
    `${one.object} ${one.source} (${one.place}) → ${one.model} ${one.resId || 'not made'}: ${WORDS[one.verdict]}`,
    ['Field', 'At the source', 'Sent', 'Found in Odoo', 'Verdict'],
    [...one.fields.map(fieldRow), ...one.left.map(leftRow)],
    'No value.',
  );

const fieldRow = (field: DiffField): string[] => [
  field.label === field.field ? field.field : `${field.label} (${field.field})`,
  sourceText(field),
  field.sent,
  field.found,
  WORDS[field.verdict],
];

const leftRow = (left: DiffRecord['left'][number]): string[] => [
  '(not written)',
  `${left.column}: ${left.value}`,
  '',
  '',
  left.why,
];

const sourceText = (field: DiffField): string =>
  field.sources.map((one) => `${one.column}: ${one.value}`).join('\n') || '(set by the migration)';

export function sampleWorkbook(model: SampleModel): Promise<Uint8Array> {
  const rows = model.records.flatMap((one) => [
    ...one.fields.map((field) => [...recordCells(one), ...fieldRow(field)]),
    ...one.left.map((left) => [...recordCells(one), ...leftRow(left)]),
  ]);
  const sheets: Sheet[] = [
    {
      name: 'Fields',
      head: [
        'Object',
        'Record',
        'Where',
        'Odoo model',
        'Odoo id',
        'Field',
        'At the source',
        'Sent',
        'Found in Odoo',
        'Verdict',
      ],
      rows,
    },
    {
      name: 'Records',
      head: ['Object', 'Record', 'Where', 'Odoo model', 'Odoo id', 'How', 'Verdict'],
      rows: model.records.map((one) => [...recordCells(one), one.op, WORDS[one.verdict]]),
    },
    {
      name: 'Coverage',
      head: ['What', 'Shown'],
      rows: [
        ...model.covered.map((what) => [what, 'yes']),
        ...[...model.uncovered, ...model.apart].map(({ what, why }) => [what, `no: ${why}`]),
      ],
    },
  ];
  return workbook(sheets);
}

const recordCells = (one: DiffRecord): (string | number)[] => [
  one.object,
  one.source,
  one.place,
  one.model,
  one.resId,
];

/** Records from all over, each side by side, for a person who looks with their own eyes. */
export function spotCheckHtml(model: {
  readonly title: string;
  readonly environment: string;
  readonly at: string;
  readonly records: readonly DiffRecord[];
}): string {
  const bad = model.records.filter((one) => one.verdict !== 'equal').length;
  const sources = new Set(model.records.map((one) => `${one.object} ${one.source}`)).size;
  return page({
    title: model.title,
    when: `${model.environment}. Read back ${utc(model.at)}.`,
    verdict: {
      mood: bad > 0 ? 'bad' : 'good',
      text: `${number(sources)} source records from all over the export, side by side: ${bad === 0 ? 'none differs' : `${number(bad)} differ`}. Open them in both systems and compare.`,
    },
    sections: [['records', 'Records', model.records.map(recordHtml).join('')]],
  });
}

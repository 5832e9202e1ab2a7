/** The firm’s own fields: what is declared, and the values. */
import type { Random } from '../../../lib/random.ts';
import { at, caseId, letters, on, randomOf, table, two } from './making.ts';
import { ukText } from './forms.ts';
import type { FirmCell, FirmOptions, FirmTable } from './types.ts';

/** Key, label, type, options: one of each type that AgileCase can have. */
const FIRM_FIELDS = [
  ['policy_no', 'Policy number', 'text', []],
  ['circumstances', 'Circumstances', 'long_text', []],
  ['floors', 'Number of floors', 'integer', []],
  ['area', 'Area in m²', 'decimal', []],
  ['reserve', 'Reserve', 'money', []],
  ['loss_date', 'Date of loss', 'date', []],
  ['inspected_at', 'Inspected at', 'datetime', []],
  ['habitable', 'Habitable?', 'bool', []],
  ['cause', 'Cause', 'choice', ['Flood', 'Fire', 'Theft', 'Escape of water']],
  [
    'heads',
    'Heads of claim',
    'multi_choice',
    ['Buildings', 'Contents', 'Alternative accommodation'],
  ],
  ['broker_email', 'Broker e-mail', 'email', []],
  ['site_phone', 'Site phone', 'phone', []],
  ['portal_url', 'Portal link', 'url', []],
  ['inspection_time', 'Inspection time', 'time', []],
  ['surveyor', 'Surveyor', 'contact', []],
] as const;

export const fieldsTable = (): FirmTable =>
  table(
    'custom_fields',
    'key label scope case_type group tab position is_table type mandatory help_text',
    [
      ...FIRM_FIELDS.map(([key, label, type], index): FirmCell[] => [
        key,
        label,
        'case',
        '',
        'Policy',
        'Case Data',
        index + 1,
        false,
        type,
        false,
        `${label}, as on the claim form.`,
      ]),
      ['item', 'Item', 'case', '', 'Inventory of loss', 'Case Data', 20, true, 'text', false, ''],
      ['cost', 'Cost', 'case', '', 'Inventory of loss', 'Case Data', 21, true, 'money', false, ''],
    ],
  );

export const optionsTable = (): FirmTable =>
  table(
    'custom_field_options',
    'field value label position',
    FIRM_FIELDS.flatMap(([key, , , options]) =>
      options.map((option, index): FirmCell[] => [
        key,
        option.toLowerCase().replaceAll(' ', '_'),
        option,
        index + 1,
      ]),
    ),
  );

export function customTables(options: FirmOptions): FirmTable[] {
  const values: FirmCell[][] = [];
  const tableRows: FirmCell[][] = [];
  for (let index = 0; index < options.cases; index++) {
    const random = randomOf(options, 5, index);
    for (const [key, , type] of FIRM_FIELDS) {
      const value = customValue(random, type, index);
      if (value !== null && random.chance(0.7)) values.push(['case', caseId(index), key, value]);
    }
    for (let row = 1; row <= random.int(3); row++)
      tableRows.push(
        ['case', caseId(index), 'item', row, random.pick(['Boiler', 'Carpet', 'Sofa'])],
        ['case', caseId(index), 'cost', row, `£${1 + random.int(9)},${100 + random.int(900)}.00`],
      );
  }
  return [
    table('custom_values', 'owner_type owner field value', values),
    table('custom_rows', 'owner_type owner field row value', tableRows),
  ];
}

/** As text in every form: the long table has one column for values of all types. */
function customValue(random: Random, type: string, index: number): string | null {
  switch (type) {
    case 'long_text':
      return `Told by phone.\nBurst pipe "upstairs", ${index}.`;
    case 'integer':
      return String(1 + random.int(5));
    case 'decimal':
      return `${50 + random.int(200)}.25`;
    case 'money':
      return `£${1 + random.int(90)},${100 + random.int(900)}.40`;
    case 'date':
      return ukText(on(random));
    case 'datetime':
      return ukText(at(random));
    case 'bool':
      return random.pick(['Yes', 'No']);
    case 'choice':
      return random.pick(['flood', 'fire', 'theft', 'escape_of_water']);
    case 'multi_choice':
      return random.pick([
        'Buildings; Contents',
        'Contents',
        'Buildings; Alternative accommodation',
      ]);
    case 'email':
      return `broker${index % 7}@brokers.example`;
    case 'phone':
      return '01473 555 012';
    case 'url':
      return `https://portal.example/c/${index}`;
    case 'time':
      return `${two(9 + random.int(8))}:30`;
    case 'contact':
      return `Surveyor ${letters(index % 20)}`;
    default:
      return `AB-${String(12_000 + index)}`;
  }
}

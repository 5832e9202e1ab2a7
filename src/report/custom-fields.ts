/**
 * The custom fields as a file for Odoo's own import (Settings, Technical, Fields), for an admin who would rather make
 * them by hand: Waybill then finds them there and makes none.
 */
export interface FieldLine {
  readonly model: string;
  readonly name: string;
  readonly label: string;
  readonly type: string;
  readonly help: string;
  readonly options?: readonly (readonly [string, string])[];
  readonly relation?: string;
}

/** The models' own external ids (`ir.model.data`), the same in every Odoo. */
const MODEL_IDS: Readonly<Record<string, string>> = {
  'res.partner': 'base.model_res_partner',
  'crm.lead': 'crm.model_crm_lead',
};

const HEADER = [
  'model_id/id',
  'name',
  'field_description',
  'ttype',
  'help',
  'relation',
  'selection_ids/value',
  'selection_ids/name',
  'selection_ids/sequence',
];

/** The first option stands on the field's own line, the others below it: so Odoo reads lines of a record. */
export function customFieldsCsv(fields: readonly FieldLine[]): string {
  const lines = fields.flatMap((field) => {
    const own = [
      MODEL_IDS[field.model] ?? field.model,
      field.name,
      field.label,
      field.type,
      field.help,
      field.relation ?? '',
    ];
    const options = (field.options ?? []).map(([value, label], at) => [value, label, String(at)]);
    const [first = ['', '', ''], ...more] = options;
    return [[...own, ...first], ...more.map((option) => [...own.map(() => ''), ...option])];
  });
  return `${[HEADER, ...lines].map((line) => line.map(cell).join(',')).join('\r\n')}\r\n`;
}

/** What a spreadsheet would take for a formula gets an apostrophe: labels are somebody else's text. */
const cell = (text: string): string => {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

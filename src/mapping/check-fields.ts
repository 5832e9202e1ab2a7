/** Targets `field:<name>` against the Odoo at hand: there, writable, and of a type that the column's values fit. */
import { WaybillError } from '../core/errors.ts';
import type { FieldInfo } from '../destination/destination.ts';
import type { ColumnProfile, Inspection, SourceDeclaration } from '../source/source.ts';
import { customModel } from './custom-fields.ts';
import { columnLine } from './document.ts';
import type { Catalog, ColumnMapping, MappingDocument } from './mapping.ts';
import { WRITABLE } from './propose-values.ts';
import { parseBoolean } from './transforms/booleans.ts';

const FIELD = 'field:';

export const namesFields = ({ objects }: MappingDocument): boolean =>
  Object.values(objects).some((columns) => columns.some((one) => one.to.startsWith(FIELD)));

/** `text`: mapping.yaml as it stands, for the numbers of its lines. Throws WB_MAPPING_INVALID. */
export function checkFields(
  text: string,
  document: MappingDocument,
  declaration: SourceDeclaration,
  inspection: Inspection,
  { fields }: Catalog,
): void {
  for (const [name, columns] of Object.entries(document.objects)) {
    const shape = declaration.objects.find((one) => one.name === name)?.shape;
    const model = shape && customModel(shape);
    if (!model || Object.keys(fields[model] ?? {}).length === 0) continue;
    for (const [index, column] of columns.entries()) {
      if (!column.to.startsWith(FIELD)) continue;
      const field = column.to.slice(FIELD.length);
      const profiles = inspection.files
        .filter((file) => file.object === name)
        .flatMap((file) => file.columns.filter((one) => one.id === column.column))
        .map((one) => one.profile);
      const why = faultOf(`${model}.${field}`, fields[model]?.[field], column, profiles);
      if (why !== '') throw wrong(columnLine(text, name, index), name, column, why);
    }
  }
}

function wrong(line: number, object: string, { column }: ColumnMapping, why: string): WaybillError {
  return new WaybillError(
    'WB_MAPPING_INVALID',
    `mapping.yaml, line ${line}: ${object} column "${column}": ${why}.`,
    {
      place: `mapping.yaml:${line}`,
      next: `Mend line ${line} of mapping.yaml (another field, custom or drop), then: waybill map --check`,
    },
  );
}

function faultOf(
  name: string,
  info: FieldInfo | undefined,
  column: ColumnMapping,
  profiles: readonly ColumnProfile[],
): string {
  if (!info) return `this Odoo has no field ${name}`;
  if (info.readonly) return `${name} cannot be written: Odoo computes it`;
  if (!WRITABLE.has(info.type))
    return `${name} is a ${info.type}, which no text of a column can be written to`;
  for (const profile of profiles) {
    const why = misfit(name, info, column, profile);
    if (why !== '') return why;
  }
  return '';
}

/** Types of a column whose values Odoo's type takes; any other type of Odoo's takes every text. */
const FITS: Readonly<Record<string, readonly ColumnProfile['type'][]>> = {
  integer: ['integer'],
  float: ['integer', 'float'],
  monetary: ['integer', 'float'],
  date: ['date'],
  datetime: ['date', 'datetime'],
};

function misfit(
  name: string,
  info: FieldInfo,
  { values = {}, transform }: ColumnMapping,
  profile: ColumnProfile,
): string {
  // What a person's transform makes of a value cannot be told from the values.
  if (profile.filled === 0 || transform !== undefined) return '';
  const written = profile.options
    ?.map(({ value }) => (Object.hasOwn(values, value) ? (values[value] ?? '') : value))
    .filter((value) => value !== '');
  const takes = ONE_BY_ONE[info.type];
  if (takes) {
    const bad = written?.filter((value) => !takes(value, info)) ?? [];
    if (written === undefined) return `${name} is a ${info.type}, and the column holds free text`;
    return bad.length === 0
      ? ''
      : `${name} (${info.type}) does not take ${bad
          .slice(0, 5)
          .map((one) => `"${one}"`)
          .join(', ')}; write what it takes under "values:"`;
  }
  const fits = FITS[info.type];
  if (fits === undefined || fits.includes(profile.type) || Object.keys(values).length > 0)
    return '';
  return `${name} is a ${info.type}, and the column holds ${profile.type} values`;
}

const ONE_BY_ONE: Readonly<Record<string, (value: string, info: FieldInfo) => boolean>> = {
  boolean: (value) => parseBoolean(value) !== undefined,
  selection: (value, info) => info.selection.some((option) => option.includes(value)),
};

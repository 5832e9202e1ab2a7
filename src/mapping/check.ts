/** What the form of mapping.yaml cannot show: targets that no composer reads, and two columns that want one place. */
import { WaybillError } from '../core/errors.ts';
import type { Inspection, Shape, SourceDeclaration, SourceObject } from '../source/source.ts';
import { customModel, standardField } from './custom-fields.ts';
import { columnLine } from './document.ts';
import type { ColumnMapping, MappingDocument } from './mapping.ts';

/**
 * Throws WB_MAPPING_INVALID: an approved mapping must not send a value nowhere, or two values to one place. `text`:
 * mapping.yaml as it stands, for the numbers of its lines.
 */
export function checkMeaning(
  text: string,
  document: MappingDocument,
  declaration: SourceDeclaration,
  inspection: Inspection,
): void {
  for (const [name, columns] of Object.entries(document.objects)) {
    const object = declaration.objects.find((one) => one.name === name);
    if (!object)
      throw wrong(name, `${declaration.name} has no such object`, namesOf(declaration.objects));
    for (const column of columns) checkTarget(object, column);
    checkTwice(name, columns, (one) => one.column, 'stands in it twice');
    for (const file of inspection.files.filter((one) => one.object === name)) {
      const there = new Set(file.columns.map((one) => one.id));
      checkTwice(
        name,
        columns.filter((one) => there.has(one.column)),
        (one) => placeOf(one, object.shape, declaration.fieldPrefix),
        'goes where another column goes already',
      );
    }
    checkKeys(text, object, columns, inspection);
  }
}

function checkTarget(object: SourceObject, { column, to }: ColumnMapping): void {
  const slot = /^slot:(.+)$/.exec(to)?.[1];
  if (slot !== undefined && !object.slots.some((one) => one.name === slot))
    throw wrong(
      object.name,
      `column "${column}": there is no slot "${slot}"`,
      namesOf(object.slots),
    );
  if (slot === undefined && to !== 'drop' && to !== '?' && customModel(object.shape) === undefined)
    throw wrong(
      object.name,
      `column "${column}": ${object.plural} have no fields and no tags of their own`,
      `drop, or slot: and one of ${namesOf(object.slots)}`,
    );
}

/** What records are known by, and point at each other by, the source reads before there is a mapping. */
function checkKeys(
  text: string,
  { name, slots }: SourceObject,
  columns: readonly ColumnMapping[],
  inspection: Inspection,
): void {
  const read = inspection.files.filter((one) => one.object === name).flatMap((one) => one.columns);
  for (const [index, { column, to }] of columns.entries()) {
    const key = slots.find((one) => one.type === 'key' && to === `slot:${one.name}`)?.name;
    const same = read.filter((one) => one.id === column);
    if (key === undefined || same.length === 0 || same.some((one) => one.slot === key)) continue;
    const line = columnLine(text, name, index);
    throw new WaybillError(
      'WB_MAPPING_INVALID',
      `mapping.yaml, line ${line}: ${name} column "${column}" was not read as ${key} when the export was read, and records are known by it from then on.`,
      {
        place: `mapping.yaml:${line}`,
        next: `Write it into waybill.yaml under "source:": columns: { ${name}: { ${JSON.stringify(column)}: ${key} } }; then: waybill scope, waybill map`,
      },
    );
  }
}

/** The one place a column's value goes to; undefined where several may go, or none. */
function placeOf({ to, custom }: ColumnMapping, shape: Shape, prefix: string): string | undefined {
  if (to === 'custom') return custom?.name;
  if (to.startsWith('field:')) return to.slice('field:'.length);
  if (!to.startsWith('slot:')) return undefined;
  const suffix = standardField(to.slice('slot:'.length), shape);
  return suffix === undefined ? to : prefix + suffix;
}

function checkTwice(
  object: string,
  columns: readonly ColumnMapping[],
  keyOf: (column: ColumnMapping) => string | undefined,
  why: string,
): void {
  const seen = new Map<string, string>();
  for (const one of columns) {
    const key = keyOf(one);
    if (key === undefined) continue;
    const first = seen.get(key);
    if (first !== undefined)
      throw wrong(
        object,
        `column "${one.column}" ${why} (${key}, as "${first}")`,
        'another target, custom or drop',
      );
    seen.set(key, one.column);
  }
}

const namesOf = (named: readonly { readonly name: string }[]): string =>
  named.map((one) => one.name).join(', ');

const wrong = (object: string, what: string, choose: string): WaybillError =>
  new WaybillError('WB_MAPPING_INVALID', `mapping.yaml, ${object}: ${what}.`, {
    place: `mapping.yaml, ${object}`,
    next: `Choose ${choose}; then: waybill map --check`,
  });

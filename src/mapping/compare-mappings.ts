/** What differs between two versions of a mapping, in words; only what changes what is written to Odoo. */
import { canonicalJson } from '../lib/json.ts';
import type { ColumnMapping, MappingDocument } from './mapping.ts';

export interface MappingChange {
  /** `choices.match`, `contact "City"` */
  readonly where: string;
  readonly before: string;
  readonly after: string;
}

export function compareMappings(before: MappingDocument, after: MappingDocument): MappingChange[] {
  return [...choiceChanges(before, after), ...columnChanges(before, after)];
}

function choiceChanges(before: MappingDocument, after: MappingDocument): MappingChange[] {
  const then: Readonly<Record<string, unknown>> = { ...before.choices };
  const now: Readonly<Record<string, unknown>> = { ...after.choices };
  return [...new Set([...Object.keys(then), ...Object.keys(now)])].flatMap((name) =>
    then[name] === now[name]
      ? []
      : [{ where: `choices.${name}`, before: text(then[name]), after: text(now[name]) }],
  );
}

const text = (value: unknown): string =>
  value === undefined ? 'not set' : typeof value === 'string' ? value : JSON.stringify(value);

function columnChanges(before: MappingDocument, after: MappingDocument): MappingChange[] {
  const objects = [...new Set([...Object.keys(before.objects), ...Object.keys(after.objects)])];
  return objects.flatMap((object) => {
    const then = new Map((before.objects[object] ?? []).map((one) => [one.column, one]));
    const now = new Map((after.objects[object] ?? []).map((one) => [one.column, one]));
    return [...new Set([...then.keys(), ...now.keys()])].flatMap((column) => {
      const [was, is] = [describe(then.get(column)), describe(now.get(column))];
      return was === is ? [] : [{ where: `${object} "${column}"`, before: was, after: is }];
    });
  });
}

/** Everything of a line that counts. */
function describe(column: ColumnMapping | undefined): string {
  if (!column) return 'no such column';
  const { to, custom, dateOrder, values, transform } = column;
  const field = to === 'custom' && custom ? ` ${custom.name} (${custom.type})` : '';
  const more = {
    ...(dateOrder && { dateOrder }),
    ...(values && { values }),
    ...(transform && { transform }),
  };
  const options = custom?.options
    ? ` options ${canonicalJson(custom.options.map(([value]) => value))}`
    : '';
  return `${to}${field}${to === 'custom' ? options : ''}${Object.keys(more).length > 0 ? ` ${canonicalJson(more)}` : ''}`;
}

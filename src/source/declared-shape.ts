/** A record of the API as a row of the bundle, by the fields of the connector file. */
import type { Field, Stream } from './declared-api.ts';
import { isRecord, pick, plainText } from './declared-json-path.ts';

export type Parents = Readonly<Record<string, Record<string, unknown>>>;

/** `rest: custom_values` keeps every key that no field names: nothing of an answer is lost. */
export function shapeRecord(
  stream: Stream,
  record: Record<string, unknown>,
  parents: Parents,
): Record<string, unknown> {
  const row: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(stream.fields))
    row[name] = valueOf(field, record, parents);
  if (stream.rest === undefined) return row;
  const named = new Set(Object.values(stream.fields).flatMap(pathsOf).map(topKey));
  for (const [key, value] of Object.entries(record))
    if (!named.has(key) && !(key in row)) row[key] = value;
  return row;
}

const pathsOf = (field: Field): string[] =>
  typeof field === 'string' ? [field] : Array.isArray(field) ? field : [field.from].flat();

const topKey = (path: string): string => /^\$\.([^.[\]]+)/.exec(path)?.[1] ?? '';

function valueOf(field: Field, record: Record<string, unknown>, parents: Parents): unknown {
  const found = pathsOf(field)
    .map((path) => (path.startsWith('$') ? pick(record, path) : fill(path, record, parents)))
    .find((value) => value !== undefined && value !== null && value !== '');
  if (typeof field === 'string' || Array.isArray(field)) return found ?? null;
  const text = plainText(found).toLowerCase();
  const mapped = Object.entries(field.map ?? {}).find(([key]) => key.toLowerCase() === text)?.[1];
  if (field.map) return mapped ?? field.default ?? found ?? null;
  return found ?? field.default ?? null;
}

/** `/cases/{cases.id}/documents`, `{id}` of the record itself. */
export const fill = (template: string, record: Record<string, unknown>, parents: Parents): string =>
  template.replace(
    /\{([^}.]+)(?:\.([^}]+))?\}/g,
    (_, first: string, second: string | undefined) => {
      const from = second === undefined ? record : parents[first];
      const value = isRecord(from) ? from[second ?? first] : undefined;
      return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
    },
  );

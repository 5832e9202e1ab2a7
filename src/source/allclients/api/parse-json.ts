/**
 * JSON as AllClients writes it: the XML transliterated. One record is an object where several are a list, an empty
 * container is null or gone, a CDATA text is an object with one odd key.
 */
import type { Branch } from './tree.ts';

const TEXT_KEYS: ReadonlySet<string> = new Set(['#text', '#cdata-section', '#cdata', '$t', '$']);

/** Undefined when it is no JSON. */
export function parseJson(text: string): Branch | undefined {
  try {
    const [tree] = toBranches('', JSON.parse(text) as unknown);
    return tree ?? { name: '', text: '', children: [] };
  } catch {
    return undefined;
  }
}

function toBranches(name: string, value: unknown): Branch[] {
  if (Array.isArray(value)) return value.flatMap((one) => toBranches(name, one));
  if (value === null || value === undefined) return [{ name, text: '', children: [] }];
  if (typeof value !== 'object') return [{ name, text: scalarText(value), children: [] }];
  const entries = Object.entries(value);
  const texts = entries.filter(([key]) => TEXT_KEYS.has(key.toLowerCase()));
  const others = entries.filter(
    ([key]) => !TEXT_KEYS.has(key.toLowerCase()) && !key.startsWith('?'),
  );
  if (others.length === 0)
    return [{ name, text: texts.map(([, one]) => scalarText(one)).join(''), children: [] }];
  return [
    {
      name,
      text: '',
      children: others.flatMap(([key, one]) => toBranches(key.toLowerCase(), one)),
    },
  ];
}

const scalarText = (value: unknown): string =>
  typeof value === 'string'
    ? value
    : typeof value === 'number' || typeof value === 'boolean'
      ? String(value)
      : '';

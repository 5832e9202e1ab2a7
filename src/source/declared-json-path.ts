/** `$.a.b[0].c` into an answer; `$` alone is the whole. Nothing else of JSONPath is understood. */
export function pick(value: unknown, path: string): unknown {
  let found = value;
  for (const [, name, index] of path.matchAll(/\.([^.[\]]+)|\[(\d+)\]/g)) {
    if (typeof found !== 'object' || found === null) return undefined;
    found =
      index === undefined
        ? (found as Record<string, unknown>)[name ?? '']
        : Array.isArray(found)
          ? (found as unknown[])[Number(index)]
          : undefined;
  }
  return found;
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The records of an answer: the first path that leads to any. One record alone may come without its list. */
export function recordsIn(
  answer: unknown,
  paths: readonly string[],
): { readonly records: Record<string, unknown>[]; readonly path: string } {
  for (const path of paths) {
    const found = pick(answer, path);
    if (Array.isArray(found)) return { records: found.filter(isRecord), path };
    if (isRecord(found) && path !== '$') return { records: [found], path };
  }
  return isRecord(answer) && paths.includes('$') && 'id' in answer
    ? { records: [answer], path: '$' }
    : { records: [], path: '' };
}

/** A plain value as text; empty for what is none. */
export const plainText = (value: unknown): string =>
  typeof value === 'string'
    ? value
    : typeof value === 'number' || typeof value === 'boolean'
      ? String(value)
      : '';

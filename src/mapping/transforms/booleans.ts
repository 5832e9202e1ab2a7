const TRUE = new Set(['1', 'yes', 'y', 'true', 't', 'x', 'on', 'checked', '✓']);
const FALSE = new Set(['0', 'no', 'n', 'false', 'f', 'off', 'unchecked']);

export function parseBoolean(raw: string): boolean | undefined {
  const text = raw.trim().toLowerCase();
  if (TRUE.has(text)) return true;
  return FALSE.has(text) ? false : undefined;
}

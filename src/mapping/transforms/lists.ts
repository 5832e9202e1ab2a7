import { foldText } from '../../lib/names.ts';

/** Splits at any of the separators outside quotes, trims, and drops what was there already in any case. */
export function splitList(raw: string, separators = ',;|'): string[] {
  const items: string[] = [];
  const seen = new Set<string>();
  for (const part of raw.includes('"')
    ? quotedParts(raw, separators)
    : plainParts(raw, separators)) {
    const item = part.trim().replace(/\s+/g, ' ');
    const folded = foldText(item);
    if (item === '' || seen.has(folded)) continue;
    seen.add(folded);
    items.push(item);
  }
  return items;
}

function plainParts(raw: string, separators: string): string[] {
  let parts = [raw];
  for (const separator of separators)
    if (raw.includes(separator)) parts = parts.flatMap((part) => part.split(separator));
  return parts;
}

function quotedParts(raw: string, separators: string): string[] {
  const parts: string[] = [];
  let part = '';
  let open = false;
  for (let i = 0; i < raw.length; i++) {
    const c = raw.charAt(i);
    if (c === '"' && open && raw[i + 1] === '"') part += raw.charAt(++i);
    else if (c === '"' && (open || part.trim() === '')) open = !open;
    else if (!open && separators.includes(c)) {
      parts.push(part);
      part = '';
    } else part += c;
  }
  return [...parts, part];
}

/** Lower case, spaces folded, accents kept, however they are encoded: `José  Díaz` and `josé díaz` are one, `Jose` is another. */
export const foldText = (text: string): string =>
  text.normalize('NFC').trim().replace(/\s+/g, ' ').toLowerCase();

export const joinName = (first: string, last: string): string => `${first} ${last}`.trim();

/** [a-z0-9_] of a label, for technical names; empty when nothing of it is left. */
export const slug = (label: string): string =>
  label
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '');

const words = (name: string): Set<string> =>
  new Set(
    foldText(name)
      .split(/[^\p{L}\p{N}]+/u)
      .filter(Boolean),
  );

const within = (some: Set<string>, all: Set<string>): boolean =>
  [...some].every((word) => all.has(word));

/** True when both are given and neither can be a shorter form of the other. */
export function namesContradict(a: string, b: string): boolean {
  const [left, right] = [words(a), words(b)];
  if (left.size === 0 || right.size === 0) return false;
  return !within(left, right) && !within(right, left);
}

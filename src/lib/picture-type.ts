/** What a picture is, by its first bytes: a server may say anything. SVG is left out, for it can hold scripts. */
const KINDS: readonly (readonly [string, RegExp])[] = [
  ['image/png', /^89504e470d0a1a0a/],
  ['image/jpeg', /^ffd8ff/],
  ['image/gif', /^474946383[79]61/],
  ['image/webp', /^52494646.{8}57454250/],
];
const HEAD = 16;

export function pictureType(bytes: Buffer): string | undefined {
  const head = bytes.toString('hex', 0, HEAD);
  return KINDS.find(([, pattern]) => pattern.test(head))?.[0];
}

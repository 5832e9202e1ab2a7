/** Compares a value as sent with the value as found, by the type of the field. */
import type { FieldInfo } from '../destination/destination.ts';

/** A double's last digits may differ after a way through JSON and PostgreSQL; a cent may not. */
const FLOAT_TOLERANCE = 1e-12;

/** True when Odoo holds what was sent, as far as the type can tell. Empty and `false` are one. */
export function sameValue(
  type: FieldInfo['type'] | undefined,
  sent: unknown,
  found: unknown,
): boolean {
  if (isNothing(sent) || isNothing(found)) return isNothing(sent) && isNothing(found);
  switch (type) {
    case 'many2many':
    case 'one2many':
      return sameSet(sent, found);
    case 'float':
    case 'monetary':
      return (
        Math.abs(Number(sent) - Number(found)) <=
        FLOAT_TOLERANCE * Math.max(1, Math.abs(Number(sent)))
      );
    case 'html':
      return htmlText(text(sent)) === htmlText(text(found));
    case 'char':
    case 'text':
      return text(sent) === text(found);
    default:
      return sent === found;
  }
}

const text = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? '');

const isNothing = (value: unknown): boolean =>
  value === null ||
  value === undefined ||
  value === false ||
  value === '' ||
  (Array.isArray(value) && value.length === 0);

function sameSet(sent: unknown, found: unknown): boolean {
  if (!Array.isArray(sent) || !Array.isArray(found)) return false;
  const there = new Set<unknown>(found);
  return new Set(sent).size === there.size && sent.every((one) => there.has(one));
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
  ['nbsp', '\u00a0'],
]);

/**
 * What a reader sees, where a link leads, and which of Odoo's own pictures is shown: Odoo's sanitiser may rewrite markup, but must not lose a word,
 * a line or an address. A line end in the markup is a space to a reader; spaces in a row are one.
 */
export function htmlText(html: string): string {
  return html
    .replace(/[ \t\r\n\f\v]+/g, ' ')
    .replace(/<a\b[^>]*?\bhref\s*=\s*(?:"([^"]*)"|'([^']*)')[^>]*>/gi, ' [$1$2] ')
    .replace(/<img\b[^>]*?\bsrc\s*=\s*["'](\/web\/image\/[^"']*)["'][^>]*>/gi, ' [$1] ')
    .replace(/<br\s*\/?>|<\/(p|div|li|tr|h[1-6])>/gi, '\n')
    .replace(/<[^>]*>/g, '')
    .replace(
      /&(#x[\da-f]+|#\d+|\w+);/gi,
      (whole, name: string) => ENTITIES.get(name.toLowerCase()) ?? numeric(name) ?? whole,
    )
    .replace(/ +/g, ' ')
    .replace(/ ?\n ?/g, '\n')
    .trim();
}

function numeric(name: string): string | undefined {
  const code = /^#x/i.test(name)
    ? Number.parseInt(name.slice(2), 16)
    : name.startsWith('#')
      ? Number(name.slice(1))
      : Number.NaN;
  return Number.isInteger(code) && code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
}

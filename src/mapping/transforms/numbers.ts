const NUMBER = /^([-+]?)[$€£]?\s?([-+]?)(\d{1,3}(?:,\d{3})+|\d+)?(\.\d+)?\s?%?$/;

/** A double keeps no more; 16 digits are a card or an account, and the last of them would change. */
const DIGITS = 15;

/** `$1,234.50`, `45%` (45, as it reads), `(12.00)` as minus. Undefined when it is none of these, or has a zero in front as names have. */
export function parseNumber(raw: string): number | undefined {
  const text = raw.trim();
  const inner = /^\((.+)\)$/.exec(text)?.[1];
  const match = NUMBER.exec(inner ?? text);
  if (!match || (match[3] === undefined && match[4] === undefined)) return undefined;
  const digits = `${match[3] ?? ''}${match[4] ?? ''}`.replace(/\D/g, '');
  if (/^0\d/.test(match[3] ?? '') || digits.length > DIGITS) return undefined;
  const signs = `${match[1]}${match[2]}`;
  if (signs.length > 1 || (inner !== undefined && signs !== '')) return undefined;
  const size = Number(`${(match[3] ?? '0').replaceAll(',', '')}${match[4] ?? ''}`);
  return inner !== undefined || signs === '-' ? 0 - size : size;
}

const INT32 = 2_147_483_647;

/** Odoo's integers have 32 bits; a larger one would be refused with its whole batch. */
export function parseInteger(raw: string): number | undefined {
  const number = parseNumber(raw);
  return number !== undefined && Number.isInteger(number) && Math.abs(number) <= INT32
    ? number
    : undefined;
}

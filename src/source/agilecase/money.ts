/** Whether the figures of the bills agree with each other; the source's own are kept either way. */
import { moneyText, pennies } from '../../lib/money.ts';
import { rowsOf, type Part } from './join.ts';
import { cellOf } from './references.ts';

interface Bill {
  readonly key: string;
  readonly net: string;
  readonly tax: string;
  readonly gross: string;
  readonly paid: string;
}

const SHOWN = 5;

export async function moneyNotices(parts: readonly Part[]): Promise<string[]> {
  const bills: Bill[] = [];
  for await (const read of each(parts, 'bill'))
    bills.push({
      key: read('bill_id'),
      net: read('net'),
      tax: read('tax_amount'),
      gross: read('gross'),
      paid: read('paid'),
    });
  const payments = await sums(parts, 'payment', 'payment_amount');
  const lines = await sums(parts, 'bill_line', 'line_amount');
  return [
    ...said(bills, 'net and tax are not the gross amount', ({ net, tax, gross }) =>
      differ(plus(net, tax), gross),
    ),
    ...said(
      bills,
      'the payments are not what is marked as paid',
      ({ key, paid }) => payments.size > 0 && differ(moneyText(payments.get(key) ?? 0n), paid),
    ),
    ...said(
      bills,
      'the lines are not the net amount',
      ({ key, net }) => lines.size > 0 && differ(moneyText(lines.get(key) ?? 0n), net),
    ),
  ];
}

async function* each(
  parts: readonly Part[],
  object: string,
): AsyncGenerator<(slot: string) => string> {
  for (const part of parts.filter(({ file }) => file.object === object))
    for await (const cells of rowsOf(part)) yield (slot) => cellOf(part.file, cells, slot);
}

async function sums(
  parts: readonly Part[],
  object: string,
  slot: string,
): Promise<Map<string, bigint>> {
  const found = new Map<string, bigint>();
  for await (const read of each(parts, object))
    found.set(read('bill'), (found.get(read('bill')) ?? 0n) + (pennies(read(slot)) ?? 0n));
  return found;
}

const plus = (a: string, b: string): string => {
  const [one, other] = [pennies(a), pennies(b)];
  return one === undefined || other === undefined ? '' : moneyText(one + other);
};

/** A penny is rounding; what is no amount is not judged. */
function differ(a: string, b: string): boolean {
  const [one, other] = [pennies(a), pennies(b)];
  if (one === undefined || other === undefined) return false;
  const gap = one - other;
  return gap > 1n || gap < -1n;
}

function said(bills: readonly Bill[], what: string, wrong: (bill: Bill) => boolean): string[] {
  const found = bills.filter(wrong).map(({ key }) => key);
  return found.length === 0
    ? []
    : [
        `${found.length} bill(s) whose figures do not agree (${what}): ${found.slice(0, SHOWN).join(', ')}.`,
      ];
}

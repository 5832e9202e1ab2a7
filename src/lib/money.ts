/** Amounts as whole pennies: binary fractions would not add up to what the firm's books say. */
const AMOUNT = /^\(?\s*([-+]?)[£$€]?\s?([-+]?)(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d{1,2}))?\s*\)?$/;

/** Undefined when it is no amount, or has parts of a penny. */
export function pennies(text: string): bigint | undefined {
  const match = AMOUNT.exec(text.trim());
  if (!match) return undefined;
  const size = BigInt(`${(match[3] ?? '').replaceAll(',', '')}${(match[4] ?? '').padEnd(2, '0')}`);
  return text.trim().startsWith('(') || match[1] === '-' || match[2] === '-' ? -size : size;
}

export const moneyText = (amount: bigint): string => {
  const digits = String(amount < 0n ? -amount : amount).padStart(3, '0');
  return `${amount < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
};

/** Empty ones count as nothing; undefined when one of them is no amount. */
export function sumMoney(values: readonly string[]): string | undefined {
  let sum = 0n;
  for (const value of values) {
    const amount = value.trim() === '' ? 0n : pennies(value);
    if (amount === undefined) return undefined;
    sum += amount;
  }
  return moneyText(sum);
}

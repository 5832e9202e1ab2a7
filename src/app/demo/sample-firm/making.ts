/** How a record of the sample firm comes about: ids, days, chance. */
import { seededRandom, type Random } from '../../../lib/random.ts';
import type { Day, FirmCell, FirmOptions, FirmTable } from './types.ts';

/** Every record from its own seed, so that one table's size does not change another's content. */
export const randomOf = (options: FirmOptions, kind: number, index: number): Random =>
  seededRandom(options.seed * 1_000_003 + kind * 7_919 + index * 104_729);

/** So many of a kind, each with its own randomness. */
export const records = <T>(
  options: FirmOptions,
  kind: number,
  length: number,
  make: (random: Random, index: number) => T,
): T[] => Array.from({ length }, (_, index) => make(randomOf(options, kind, index), index));

/** `headers` with a space between them. */
export const table = (
  name: string,
  headers: string,
  rows: readonly (readonly FirmCell[])[],
): FirmTable => ({ name, headers: headers.split(' '), rows });

export const at = (random: Random, year = 2021): Day => ({
  day: `${year + random.int(4)}-${two(1 + random.int(12))}-${two(1 + random.int(28))}`,
  time: `${two(8 + random.int(10))}:${two(random.int(60))}`,
});
export const on = (random: Random, year = 2021): Day => ({ day: at(random, year).day });
export const two = (n: number): string => String(n).padStart(2, '0');
export const contactId = (index: number): string => String(900 + index);
export const caseId = (index: number): string => String(44_000 + index);

export const letters = (n: number): string =>
  n < 26
    ? String.fromCharCode(65 + n)
    : letters(Math.floor(n / 26) - 1) + String.fromCharCode(65 + (n % 26));

export const clientOf = (options: FirmOptions, index: number): number =>
  randomOf(options, 2, index).int(options.contacts);

/** Prices and speeds for an estimate: the built-in card, or one of your own in YAML. No fee per record. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { WaybillError } from '../core/errors.ts';

const graded = z.strictObject({
  A: z.number().min(0),
  B: z.number().min(0),
  C: z.number().min(0),
  D: z.number().min(0),
});

const cardSchema = z.strictObject({
  currency: z.string().min(1),
  /** Fixed price of the project by its grade. */
  project: graded,
  /** Hours of a person, by grade, and the price of one. */
  hours: graded,
  perHour: z.number().min(0),
  /** Working days from the signed scope to the handoff. */
  days: graded,
  /** Price of writing down one thing that has to be rebuilt by hand. */
  perInventoryItem: z.number().min(0),
  /** Records loaded and read back in one second, until a sample has measured it. */
  recordsPerSecond: z.number().positive(),
  /** Megabytes of attachments in one second. */
  megabytesPerSecond: z.number().positive(),
});

export type RateCard = z.infer<typeof cardSchema>;
export type Grade = 'A' | 'B' | 'C' | 'D';

/** Speeds measured on a small Odoo 19 with two cores; prices are an example to change. */
export const DEFAULT_CARD: RateCard = {
  currency: 'EUR',
  project: { A: 900, B: 2_400, C: 5_500, D: 12_000 },
  hours: { A: 4, B: 12, C: 32, D: 80 },
  perHour: 110,
  days: { A: 3, B: 6, C: 12, D: 25 },
  perInventoryItem: 15,
  recordsPerSecond: 120,
  megabytesPerSecond: 2,
};

/** Throws WB_CONFIG_INVALID. What the file leaves out is as in the built-in card. */
export function readRateCard(path: string | undefined): RateCard {
  if (path === undefined) return DEFAULT_CARD;
  let given: unknown;
  try {
    given = parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw invalid(path, error instanceof Error ? (error.message.split('\n')[0] ?? '') : '', error);
  }
  const merged = { ...DEFAULT_CARD, ...(typeof given === 'object' ? given : {}) };
  const result = cardSchema.safeParse(merged);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw invalid(path, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
}

const invalid = (path: string, why: string, cause?: unknown): WaybillError =>
  new WaybillError('WB_CONFIG_INVALID', `The rate card ${path} is not valid: ${why}`, {
    place: path,
    next: 'Mend the file, or leave --rates out for the built-in card.',
    cause,
  });

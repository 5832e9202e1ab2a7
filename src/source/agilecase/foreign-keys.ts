/** Finds the columns that point at cases and contacts by what stands in them, and doubts those that point nowhere. */
import type { SourceColumn, SourceFile, SourceObject } from '../source.ts';
import type { Kind, References } from './references.ts';

/** So many of a column's values must be records of the other table. */
const SHARE = 0.95;
/** A column called Case whose values are mostly no cases is something else. */
const DOUBT = 0.5;
const MIN_VALUES = 3;

export interface Hits {
  readonly filled: number;
  readonly case: number;
  readonly contact: number;
}

/** Counts, per column, how many values name a record. */
export function hitCounter(columns: number, known: References) {
  const hits = Array.from({ length: columns }, () => ({ filled: 0, case: 0, contact: 0 }));
  return {
    add(cells: readonly string[]): void {
      for (const [index, one] of hits.entries()) {
        const text = (cells[index] ?? '').trim();
        if (text === '') continue;
        one.filled++;
        for (const kind of ['case', 'contact'] as const)
          if (known.resolve(kind, text) !== undefined) one[kind]++;
      }
    },
    hits: hits as readonly Hits[],
  };
}

export function pointColumns(
  file: SourceFile,
  object: SourceObject,
  hits: readonly Hits[],
): SourceFile {
  let columns = file.columns.map((column) => doubted(column, hits[column.index]));
  for (const kind of ['case', 'contact'] as const)
    if (object.slots.some((slot) => slot.name === kind)) columns = found(columns, kind, hits);
  return { ...file, columns };
}

const isKind = (slot: string | null): slot is Kind => slot === 'case' || slot === 'contact';

function doubted(column: SourceColumn, hits: Hits | undefined): SourceColumn {
  if (!isKind(column.slot) || !hits || hits.filled < MIN_VALUES || column.confidence === 1)
    return column;
  const rate = hits[column.slot] / hits.filled;
  if (rate >= DOUBT)
    return {
      ...column,
      reason: `${column.reason}; ${hits[column.slot]} of its ${hits.filled} values are ${column.slot}s`,
    };
  return {
    ...column,
    confidence: 0.4,
    reason: `${column.reason}, but only ${hits[column.slot]} of its ${hits.filled} values are known ${column.slot}s`,
  };
}

function found(columns: SourceColumn[], kind: Kind, hits: readonly Hits[]): SourceColumn[] {
  if (columns.some((column) => column.slot === kind)) return columns;
  const best = columns
    .filter((column) => column.slot === null && column.confidence < 1)
    .map((column) => ({ column, hits: hits[column.index] }))
    .filter((one) => one.hits && one.hits.filled >= MIN_VALUES)
    .map(({ column, hits: seen }) => ({ column, rate: (seen?.[kind] ?? 0) / (seen?.filled ?? 1) }))
    .sort((a, b) => b.rate - a.rate)[0];
  if (!best || best.rate < SHARE) return columns;
  return columns.map((column) =>
    column === best.column
      ? {
          ...column,
          slot: kind,
          confidence: 0.9,
          reason: `${Math.round(best.rate * 100)} % of its values are keys of ${kind}s`,
          alternatives: [],
        }
      : column,
  );
}

/** Finds the columns that point at cases and contacts by what stands in them, and doubts those that point nowhere. */
import type { SourceColumn, SourceFile, SourceObject } from '../source.ts';
import type { Kind, References } from './references.ts';

/** So many of a column's values must be records of the other table. */
const SHARE = 0.95;
/** A column called Case whose values are mostly no cases is something else. */
const DOUBT = 0.5;
const MIN_VALUES = 3;

interface Count {
  readonly filled: number;
  readonly hits: number;
}
export type Hits = Readonly<Record<Kind, Count>>;

interface Watched {
  readonly index: number;
  readonly kind: Kind;
  /** More values than these that name nobody, and the column cannot be one that points. */
  readonly misses: number;
}

/** Counts, per column that may point at a record, how many values name one. */
export function hitCounter(file: SourceFile, object: SourceObject, known: References) {
  const hits = file.columns.map(() => ({
    case: { filled: 0, hits: 0 },
    contact: { filled: 0, hits: 0 },
  }));
  let watched = watchedColumns(file, object);
  return {
    add(cells: readonly string[]): void {
      let settled = false;
      for (const { index, kind, misses } of watched) {
        const one = hits[index]?.[kind];
        const text = cells[index] ?? '';
        if (!one || text === '' || text.trim() === '') continue;
        one.filled++;
        if (known.resolve(kind, text) !== undefined) one.hits++;
        else settled ||= one.filled - one.hits > misses;
      }
      if (settled) watched = watched.filter((one) => !isSettled(one, hits[one.index]));
    },
    hits: hits as readonly Hits[],
  };
}

const isSettled = ({ kind, misses }: Watched, hits: Hits | undefined): boolean =>
  hits !== undefined && hits[kind].filled - hits[kind].hits > misses;

/** A column that is called so is counted to the end, for its share is said; of the others, those that could still be it. */
const watchedColumns = (file: SourceFile, object: SourceObject): Watched[] =>
  (['case', 'contact'] as const)
    .filter((kind) => object.slots.some((slot) => slot.name === kind))
    .flatMap((kind) => {
      const named = file.columns.filter((column) => column.slot === kind);
      if (named.length > 0)
        return named.map(({ index }) => ({ index, kind, misses: Number.POSITIVE_INFINITY }));
      return file.columns
        .filter((column) => column.slot === null && column.confidence < 1)
        .map(({ index }) => ({ index, kind, misses: file.rows * (1 - SHARE) }));
    });

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
  if (!isKind(column.slot) || !hits || column.confidence === 1) return column;
  const { filled, hits: named } = hits[column.slot];
  if (filled < MIN_VALUES) return column;
  const rate = named / filled;
  if (rate >= DOUBT)
    return {
      ...column,
      reason: `${column.reason}; ${named} of its ${filled} values are ${column.slot}s`,
    };
  return {
    ...column,
    confidence: 0.4,
    reason: `${column.reason}, but only ${named} of its ${filled} values are known ${column.slot}s`,
  };
}

function found(columns: SourceColumn[], kind: Kind, hits: readonly Hits[]): SourceColumn[] {
  if (columns.some((column) => column.slot === kind)) return columns;
  const best = columns
    .filter((column) => column.slot === null && column.confidence < 1)
    .map((column) => ({ column, count: hits[column.index]?.[kind] ?? { filled: 0, hits: 0 } }))
    .filter(({ count }) => count.filled >= MIN_VALUES)
    .map(({ column, count }) => ({ column, rate: count.hits / count.filled }))
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

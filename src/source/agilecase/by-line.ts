/** What is known of rows of a bundle's tables: by table and line, since a text of both would cost more than most values. */
export interface ByLine<T> {
  set(table: string, line: number, value: T): void;
  get(table: string, line: number): T | undefined;
  values(): IterableIterator<T>;
}

export function byLine<T>(): ByLine<T> {
  const tables = new Map<string, Map<number, T>>();
  return {
    set(table, line, value) {
      const lines = tables.get(table) ?? new Map<number, T>();
      tables.set(table, lines);
      lines.set(line, value);
    },
    get: (table, line) => tables.get(table)?.get(line),
    *values() {
      for (const lines of tables.values()) yield* lines.values();
    },
  };
}

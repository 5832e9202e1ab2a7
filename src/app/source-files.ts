/** The files that the export holds, before anybody mapped anything. */
import { inspectionOf, type Session } from './session.ts';

export interface SourceFiles {
  readonly count: number;
  readonly bytes: number;
}

/** Of those whose bytes are there. */
export function sourceFiles(session: Session): SourceFiles {
  let [count, bytes] = [0, 0];
  for (const { object, path, columns } of inspectionOf(session).files) {
    const size = columns.find((column) => column.slot === 'bytes');
    if (!size) continue;
    for (const record of session.store.staging.records(object)) {
      const cell = record.file === path ? (record.cells[size.index] ?? '') : '';
      if (cell === '') continue;
      count++;
      bytes += Number(cell);
    }
  }
  return { count, bytes };
}

/** A bundle written to a folder of its own, and what a source makes of it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { RejectedRow, Source } from '../../src/source/source.ts';

/** Path -> content; gone when the test is over. */
export function writeBundle(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-bundle-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

export interface ReadBundle {
  readonly inspection: Awaited<ReturnType<Source['inspect']>>;
  /** By object: key, and the cells by slot, or by column where there is none. */
  readonly records: Readonly<Record<string, readonly ReadRecord[]>>;
  readonly rejected: readonly RejectedRow[];
}
export interface ReadRecord {
  readonly key: string;
  readonly line: number;
  readonly cells: Readonly<Record<string, string>>;
}

export async function readBundle(source: Source): Promise<ReadBundle> {
  const { signal } = new AbortController();
  const inspection = await source.inspect(signal);
  const records: Record<string, ReadRecord[]> = {};
  const rejected: RejectedRow[] = [];
  for (const file of inspection.files)
    for await (const chunk of source.extract(file, signal)) {
      if (chunk.kind === 'rejected') rejected.push(chunk.row);
      else
        for (const record of chunk.records)
          (records[record.object] ??= []).push({
            key: record.key,
            line: record.line,
            cells: Object.fromEntries(
              file.columns.map(({ id, slot, index }) => [slot ?? id, record.cells[index] ?? '']),
            ),
          });
    }
  return { inspection, records, rejected };
}

/** A small export written by hand: file name -> text. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface WrittenExport {
  readonly folder: string;
  remove(): void;
}

export function writeExport(files: Readonly<Record<string, string | Buffer>>): WrittenExport {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-export-'));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

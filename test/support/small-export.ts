/** A few rows of an export, written as a test needs them: nothing in it but what the test says. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface SmallExport {
  readonly folder: string;
  write(name: string, content: string | Buffer): void;
  remove(): void;
}

export function smallExport(files: Readonly<Record<string, string | Buffer>>): SmallExport {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-export-'));
  const write: SmallExport['write'] = (name, content) => writeFileSync(join(folder, name), content);
  for (const [name, content] of Object.entries(files)) write(name, content);
  return { folder, write, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

export const CONTACT_HEADER = 'Contact ID,First Name,Last Name,Email,City';
export const NOTE_HEADER = 'Contact ID,Note ID,Date,Note,Team Member';

export const rows = (header: string, ...lines: readonly string[]): string =>
  `${[header, ...lines].join('\n')}\n`;

/** `n` contacts with `notes` notes each, ids from 1001 on. */
export function plainAccount(n: number, notes: number): Record<string, string> {
  const ids = Array.from({ length: n }, (_, index) => 1001 + index);
  return {
    'Contacts.csv': rows(
      CONTACT_HEADER,
      ...ids.map((id) => `${id},First${id},Last${id},c${id}@example.com,Austin`),
    ),
    'Notes.csv': rows(
      NOTE_HEADER,
      ...ids.flatMap((id) =>
        Array.from(
          { length: notes },
          (_, at) => `${id},${id}${at},03/${14 + at}/2023 10:00 AM,Note ${at} of ${id},Kim`,
        ),
      ),
    ),
  };
}

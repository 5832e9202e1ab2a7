/** A few rows of an export, written as a test needs them: nothing in it but what the test says. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeExport, type WrittenExport } from './export.ts';

export interface SmallExport extends WrittenExport {
  /** Puts another content in place of a file. */
  write(name: string, content: string | Buffer): void;
}

export function smallExport(files: Readonly<Record<string, string | Buffer>>): SmallExport {
  const written = writeExport(files);
  return {
    ...written,
    write: (name, content) => writeFileSync(join(written.folder, name), content),
  };
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

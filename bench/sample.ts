/** The sample account as an export of contacts, notes, users and groups: what the benchmark is about, and no more. */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { generateSampleAccount, type SampleOptions } from '../src/app/demo/sample-account.ts';

const KEPT = new Set(['Contacts.csv', 'Notes.csv', 'Users.csv', 'Groups.csv']);

export async function writeSample(folder: string, options: SampleOptions): Promise<void> {
  mkdirSync(folder, { recursive: true });
  await generateSampleAccount(options).writeTo(folder);
  for (const name of readdirSync(folder))
    if (!KEPT.has(name)) rmSync(join(folder, name), { recursive: true });
}

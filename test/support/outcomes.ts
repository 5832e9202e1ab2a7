/** What must hold however a command ended. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Ran, TestProject } from './project.ts';

export interface Balance {
  readonly object: string;
  readonly extracted: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly balances: boolean;
}

export async function balanceOf(project: TestProject): Promise<Record<string, Balance>> {
  const { balance } = (await project.run('status', '--json')).json<{ balance: Balance[] }>();
  return Object.fromEntries(balance.map((one) => [one.object, one]));
}

/** Every row that the export has is in exactly one disposition, none of them open. */
export async function expectBalanced(
  project: TestProject,
  wanted: Readonly<Record<string, number>>,
): Promise<void> {
  const found = await balanceOf(project);
  for (const [object, extracted] of Object.entries(wanted)) {
    const one = found[object];
    expect(one, object).toMatchObject({ extracted, balances: true });
    const sum = Object.values(one?.counts ?? {}).reduce((a, b) => a + b, 0);
    expect(sum, object).toBe(extracted);
  }
}

/** A failure as a person sees it: the right code, each of the words, a next step, no traceback. */
export function expectFailure(ran: Ran, code: number, ...said: readonly (string | RegExp)[]): void {
  const text = ran.stderr + ran.stdout;
  expect(ran.code, text).toBe(code);
  for (const one of said) expect(text).toMatch(one);
  expect(text).toMatch(/Next: /);
  expectNoTraceback(ran);
}

export function expectNoTraceback({ stdout, stderr }: Ran): void {
  expect(stdout + stderr).not.toMatch(/^\s+at .+:\d+:\d+|Traceback|\.ts:\d+|node:internal/m);
  expect(stdout + stderr).not.toContain('WB_FAULT');
}

/** The key is in no file of the project: not in the store, its log, a report. */
export function expectNoSecret(project: TestProject, secret: string, ran: readonly Ran[]): void {
  for (const { stdout, stderr } of ran) expect(stdout + stderr).not.toContain(secret);
  const files = readdirSync(project.folder, { recursive: true, withFileTypes: true });
  for (const file of files.filter((one) => one.isFile())) {
    const bytes = readFileSync(join(file.parentPath, file.name));
    expect(bytes.includes(secret), file.name).toBe(false);
  }
}

export interface Item {
  readonly object: string;
  readonly id: number;
  readonly code: string;
  readonly message: string;
  readonly place: string;
  readonly column: string;
  readonly raw: string;
  readonly candidates: readonly string[];
}

/** The open review queue. */
export const openItems = async (project: TestProject): Promise<Item[]> =>
  (await project.run('review', '--json', '--all')).json<{ items: Item[] }>().items;

export async function answer(project: TestProject, item: Item, text: string): Promise<void> {
  const ran = await project.run(
    ...(['review', '--resolve', String(item.id), '--with', text, '--by', 'Kim'] as const),
  );
  expect(ran.code, ran.stderr).toBe(0);
}

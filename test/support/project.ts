/** A project on a sample account and a fresh Odoo, driven as a person drives it: the spawned program. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestOdoo } from './odoo.ts';

const BINARY = fileURLToPath(new URL('../../bin/waybill.js', import.meta.url));

export interface Ran {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The object on standard output, where --json was given. */
  json<T = Record<string, unknown>>(): T;
}

/** Runs the program; `killAfterMs` sends SIGKILL then, as a power cut would. */
export function waybill(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  killAfterMs?: number,
): Promise<Ran> {
  return new Promise((done, failed) => {
    const child = spawn(process.execPath, [BINARY, ...args], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    const timer =
      killAfterMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfterMs);
    child.on('error', failed);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      done({ code, signal, stdout, stderr, json: <T>() => JSON.parse(stdout) as T });
    });
  });
}

export interface TestProject {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  run(command: string, ...args: readonly string[]): Promise<Ran>;
  runKilledAfter(ms: number, command: string): Promise<Ran>;
  /** The JSON report of the environment `init` made. */
  report<T>(): Promise<T>;
  edit(file: string, change: (text: string) => string): void;
  remove(): void;
}

/** `waybill init` on an export that lies at `exportPath`. */
export async function makeProject(odoo: TestOdoo, exportPath: string): Promise<TestProject> {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-test-'));
  const env = { WAYBILL_ODOO_API_KEY: odoo.apiKey };
  const project = join(folder, 'project');
  const made = await waybill(
    [
      'init',
      project,
      '--source',
      'allclients',
      '--export',
      exportPath,
      '--odoo',
      odoo.url,
      '--db',
      odoo.db,
      '--login',
      odoo.login,
    ],
    env,
  );
  if (made.code !== 0) throw new Error(`init failed: ${made.stderr}`);
  return {
    folder: project,
    env,
    run: (command, ...args) => waybill([command, project, ...args], env),
    runKilledAfter: (ms, command) => waybill([command, project], env, ms),
    report: <T>() =>
      Promise.resolve(
        JSON.parse(readFileSync(join(project, 'reports', 'report-production.json'), 'utf8')) as T,
      ),
    edit: (file, change) =>
      writeFileSync(join(project, file), change(readFileSync(join(project, file), 'utf8'))),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** scope, map, approve: ready to run. */
export async function prepare(project: TestProject): Promise<void> {
  for (const step of [['scope'], ['map'], ['map', '--approve', '--by', 'Test']]) {
    const [command = '', ...args] = step;
    const ran = await project.run(command, ...args);
    if (ran.code !== 0)
      throw new Error(`${step.join(' ')} ended with ${ran.code}:\n${ran.stdout}\n${ran.stderr}`);
  }
}

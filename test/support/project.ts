/** A project on a sample account and a fresh Odoo, driven as a person drives it: the spawned program. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestOdoo } from './odoo.ts';
import { BINARY } from './program.ts';

export interface Ran {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The object on standard output, where --json was given. */
  json<T = Record<string, unknown>>(): T;
}

export interface Running {
  readonly child: ChildProcess;
  readonly done: Promise<Ran>;
}

/** Runs the program; `kill` sends SIGKILL after so many ms, or when standard error says that; as a power cut would. */
export const waybill = (
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  kill?: number | RegExp,
): Promise<Ran> => startWaybill(args, env, kill).done;

/** Starts it and lets go, for signals in the middle. `through`: a command that runs the rest, like prlimit. */
export function startWaybill(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  kill?: number | RegExp,
  through: readonly string[] = [],
): Running {
  const [program = process.execPath, ...rest] = [...through, process.execPath, BINARY, ...args];
  const child = spawn(program, rest, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const done = new Promise<Ran>((ended, failed) => {
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
      if (kill instanceof RegExp && kill.test(stderr)) child.kill('SIGKILL');
    });
    const timer =
      typeof kill === 'number' ? setTimeout(() => child.kill('SIGKILL'), kill) : undefined;
    child.on('error', failed);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      ended({ code, signal, stdout, stderr, json: <T>() => JSON.parse(stdout) as T });
    });
  });
  return { child, done };
}

/** For files that may not be read: root reads everything, unless these two capabilities are taken from it. */
export function asUnprivileged(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Ran> {
  const drop = ['setpriv', '--bounding-set=-dac_override,-dac_read_search'];
  return startWaybill(args, env, undefined, process.getuid?.() === 0 ? drop : []).done;
}

export interface TestProject {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  run(command: string, ...args: readonly string[]): Promise<Ran>;
  runKilledAfter(ms: number, command: string): Promise<Ran>;
  start(command: string, ...args: readonly string[]): Running;
  /** Killed as soon as it tells of this. */
  runKilledAt(what: RegExp, command: string): Promise<Ran>;
  /** The JSON report of the environment `init` made. */
  report<T>(): Promise<T>;
  edit(file: string, change: (text: string) => string): void;
  remove(): void;
}

/**
 * `waybill init` on an export that lies at `exportPath`; `parent` is the folder it is made in. The gate of the sample
 * is tested where `sample` is `asked`; elsewhere every approval of a mapping waives the sample too, so that Odoo
 * stays as it was until the run.
 */
export const makeProject = (
  odoo: TestOdoo,
  exportPath: string,
  parent?: string,
  source = 'allclients',
  sample: 'waived' | 'asked' = 'waived',
): Promise<TestProject> =>
  makeProjectFrom(odoo, ['--export', exportPath], {}, parent, source, sample);

/** `waybill init` with these options for the source. */
export async function makeProjectFrom(
  odoo: TestOdoo,
  options: readonly string[],
  secrets: Readonly<Record<string, string>> = {},
  parent?: string,
  source = 'allclients',
  sample: 'waived' | 'asked' = 'waived',
): Promise<TestProject> {
  const folder = parent ?? mkdtempSync(join(tmpdir(), 'waybill-test-'));
  const env = { WAYBILL_ODOO_API_KEY: odoo.apiKey, ...secrets };
  const project = join(folder, 'project');
  const destination = ['--odoo', odoo.url, '--db', odoo.db, '--login', odoo.login];
  const made = await waybill(
    ['init', project, '--source', source, ...options, ...destination],
    env,
  );
  if (made.code !== 0) throw new Error(`init failed: ${made.stderr}`);
  return {
    folder: project,
    env,
    run: async (command, ...args) => {
      const ran = await waybill([command, project, ...args], env);
      if (sample === 'waived' && ran.code === 0 && command === 'map' && args.includes('--approve'))
        await waybill(['sample', project, '--waive', '--by', 'Test'], env);
      return ran;
    },
    start: (command, ...args) => startWaybill([command, project, ...args], env),
    runKilledAfter: (ms, command) => waybill([command, project], env, ms),
    runKilledAt: (what, command) => waybill([command, project], env, what),
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

/** Waybill itself: the spawned program on the same export, from `run` to `rollback`. */
import type { RunResult } from '../src/app/migrate.ts';
import type { StepTime } from '../src/app/step-times.ts';
import type { TestOdoo } from '../test/support/odoo.ts';
import { makeProject, prepare, type Ran } from '../test/support/project.ts';
import type { Rate } from './rivals.ts';

export interface WaybillRun {
  /** The step that creates the contacts, and the one that gives them (and the tags) their external ids. */
  readonly contacts: Rate;
  readonly notes: Rate;
  readonly verify: Rate;
  readonly rollback: Rate;
  readonly load: Rate;
  readonly provisionSeconds: number;
  readonly runSeconds: number;
  readonly rollbackSeconds: number;
  readonly steps: readonly StepTime[];
}

const DONE = [0, 4];

export async function waybillRun(odoo: TestOdoo, exportFolder: string): Promise<WaybillRun> {
  const project = await makeProject(odoo, exportFolder);
  try {
    await prepare(project);
    const [ran, runSeconds] = await clocked(() => project.run('run', '--json'));
    const { steps } = finished(ran).json<RunResult>();
    const [undone, rollbackSeconds] = await clocked(() =>
      project.run('rollback', '--yes', '--json'),
    );
    const undo = finished(undone).json<{ steps: readonly StepTime[] }>().steps;
    const xids = sum(steps, 'give external ids').seconds;
    const contacts = sum(steps, 'load contacts');
    const load = sum(steps, 'load ');
    return {
      contacts: { ...contacts, seconds: contacts.seconds + xids },
      notes: sum(steps, 'load notes'),
      load: { ...load, seconds: load.seconds + xids },
      verify: sum(steps, 'verify '),
      rollback: sum(
        undo.filter(({ step }) => step !== 'undo schema'),
        'undo ',
      ),
      provisionSeconds: sum(steps, 'provision').seconds,
      runSeconds,
      rollbackSeconds,
      steps: [...steps, ...undo],
    };
  } finally {
    project.remove();
  }
}

async function clocked(work: () => Promise<Ran>): Promise<[Ran, number]> {
  const began = performance.now();
  const ran = await work();
  return [ran, (performance.now() - began) / 1000];
}

function finished(ran: Ran): Ran {
  if (DONE.includes(ran.code ?? -1)) return ran;
  throw new Error(`Waybill ended with ${ran.code}:\n${ran.stdout.slice(-2_000)}\n${ran.stderr}`);
}

function sum(steps: readonly StepTime[], prefix: string): Rate {
  const mine = steps.filter(({ step }) => step.startsWith(prefix));
  return {
    records: mine.reduce((total, one) => total + one.done, 0),
    seconds: mine.reduce((total, one) => total + one.seconds, 0),
  };
}

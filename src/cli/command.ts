/** The common shape of commands: [project], --env, --json, and an outcome that becomes text, JSON and an exit code. */
import type { Command } from 'commander';
import type { Faces } from '../app/session.ts';
import { EXIT, type ExitCode } from '../core/errors.ts';
import { makeFaces } from './faces.ts';
import { printResult } from './print.ts';

export interface Outcome {
  readonly result: unknown;
  readonly text: string;
  readonly exit?: ExitCode;
}

export interface CommonOptions {
  readonly json?: boolean;
  readonly env?: string;
  readonly yes?: boolean;
}

/** Options of every command on a project; `odoo` adds --env. */
export function projectCommand(
  program: Command,
  name: string,
  description: string,
  odoo: boolean,
): Command {
  const command = program
    .command(name)
    .description(description)
    .argument('[project]', 'the project folder', '.')
    .option('--json', 'one JSON object on standard output, everything else on standard error');
  return odoo ? command.option('--env <name>', 'which Odoo of the project') : command;
}

/** Runs the work, prints its outcome, sets the exit code. Errors go up to main. */
export async function perform(
  options: CommonOptions,
  work: (faces: Faces) => Promise<Outcome>,
): Promise<void> {
  const json = options.json === true;
  const outcome = await work(makeFaces(json));
  printResult(json, outcome.result, outcome.text);
  process.exitCode = outcome.exit ?? EXIT.done;
}

/** The command line: parses, runs one command, prints one result, exits with the code its outcome has. */
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { explained } from '../app/system-errors.ts';
import { EXIT, WaybillError, type ExitCode } from '../core/errors.ts';
import { addCommands } from './commands.ts';
import { printError } from './print.ts';

const EXIT_HELP = `
Exit codes: 0 done; 1 a fault of ours; 2 usage or configuration; 3 a gate is shut; 4 done, but something differs or
waits in the review queue; 5 source or Odoo cannot be reached or refuses; 6 rollback left conflicts; 130 stopped, can be resumed.`;

// Who read what we say has closed the pipe (waybill --help | head -1): nobody is told any more, and the work goes on.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });

const program = new Command('waybill')
  .description(
    "Moves a company's CRM into Odoo, proves every value it moved, and can take it all back.",
  )
  .version(version())
  .exitOverride()
  // Usage errors are ours to print: in the form, and with --json as the object, that every other error has.
  .configureOutput({ outputError: () => {} })
  .addHelpText('afterAll', EXIT_HELP);

addCommands(program);

try {
  await program.parseAsync(process.argv);
} catch (error) {
  process.exitCode = ending(error, process.argv.includes('--json'));
}

function ending(error: unknown, json: boolean): ExitCode {
  if (!(error instanceof CommanderError)) return printError(explained(error), json);
  if (error.exitCode === 0) return EXIT.done;
  // No command at all: the help is on the screen already.
  if (error.code === 'commander.help') return EXIT.usage;
  const message = error.message.replace(/^error: /, '');
  return printError(new WaybillError('WB_USAGE', message, { next: usageHelp() }), json);
}

/** The help of the command that was meant, where one was. */
function usageHelp(): string {
  const name = process.argv[2] ?? '';
  const known = program.commands.some((command) => command.name() === name);
  return known ? `waybill ${name} --help` : 'waybill --help';
}

function version(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

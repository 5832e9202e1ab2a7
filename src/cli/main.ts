/** The command line: parses, runs one command, prints one result, exits with the code its outcome has. */
import { Command, CommanderError } from 'commander';
import { explained } from '../app/system-errors.ts';
import { EXIT } from '../core/errors.ts';
import { addCommands } from './commands.ts';
import { printError } from './print.ts';

const program = new Command('waybill')
  .description(
    "Moves a company's CRM into Odoo, proves every value it moved, and can take it all back.",
  )
  .version('0.1.0')
  .showHelpAfterError('(waybill --help lists the commands)')
  .exitOverride()
  .configureOutput({ writeErr: (text) => process.stderr.write(text) })
  .addHelpText('after', EXIT_HELP());

addCommands(program);

try {
  await program.parseAsync(process.argv);
} catch (error) {
  // Commander has printed its own usage errors and help already.
  process.exitCode =
    error instanceof CommanderError
      ? error.exitCode === 0
        ? EXIT.done
        : EXIT.usage
      : printError(explained(error), process.argv.includes('--json'));
}

function EXIT_HELP(): string {
  return `
Exit codes: 0 done; 1 a fault of ours; 2 usage or configuration; 3 a gate is shut; 4 done, but something differs or
waits in the review queue; 5 source or Odoo cannot be reached or refuses; 6 rollback left conflicts; 130 stopped, can be resumed.`;
}

import type { Command } from 'commander';
import { catalogue } from '../../app/catalogue.ts';
import { perform, type CommonOptions } from '../command.ts';
import { table } from '../print.ts';

export function addCatalogue(program: Command): void {
  program
    .command('catalogue')
    .description('what can be moved: sources, their objects, and what each becomes in Odoo')
    .option('--json', 'one JSON object on standard output')
    .action((options: CommonOptions) =>
      perform(options, () => {
        const result = catalogue();
        const parts = result.sources.map(
          ({ name, rows }) =>
            `${name} to ${result.destination}\n${table(rows.map((row) => [`  ${row.label}`, row.compatibility, row.model || '-', row.note]))}`,
        );
        return Promise.resolve({ result, text: parts.join('\n\n') });
      }),
    );
}

import { Option, type Command } from 'commander';
import { demoFolder, runDemo, SAMPLE_SOURCES } from '../../app/demo/demo.ts';
import { EXIT } from '../../core/errors.ts';
import { perform, type CommonOptions } from '../command.ts';

interface DemoOptions extends CommonOptions {
  readonly rollback?: boolean;
  readonly via: string;
  readonly source: string;
  readonly dir?: string;
  readonly contacts?: string;
  readonly notes?: string;
}

const given = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : Number(text);

export function addDemo(program: Command): void {
  program
    .command('demo')
    .description('the whole journey on sample data and a real local Odoo 19')
    .option('--rollback', 'take the demo back out of its Odoo')
    .addOption(
      new Option('--source <crm>', 'sample of which CRM')
        .choices(SAMPLE_SOURCES)
        .default(SAMPLE_SOURCES[0]),
    )
    .addOption(
      new Option('--via <way>', 'from an export, or from a stand-in for the API')
        .choices(['files', 'api'])
        .default('files'),
    )
    .option('--dir <folder>', 'where the demo project lies (default: demo, or demo-<crm>)')
    .option('--contacts <n>', 'contacts in the sample, fewer or more than usual')
    .option('--notes <n>', 'notes in the sample')
    .option('--json', 'one JSON object on standard output')
    .action((options: DemoOptions) =>
      perform(options, async (faces) => {
        const outcome = await runDemo(faces, {
          source: options.source,
          folder: options.dir ?? demoFolder(options.source),
          rollback: options.rollback === true,
          via: options.via === 'api' ? 'api' : 'files',
          contacts: given(options.contacts),
          notes: given(options.notes),
        });
        return {
          result: outcome.result,
          text: outcome.text,
          exit: outcome.clean ? EXIT.done : outcome.kept ? EXIT.conflicts : EXIT.differences,
        };
      }),
    );
}

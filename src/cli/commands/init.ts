import type { Command } from 'commander';
import { CONNECTORS } from '../../app/connectors.ts';
import { createProject } from '../../app/project.ts';
import { perform, type CommonOptions } from '../command.ts';

interface InitOptions extends CommonOptions {
  readonly source: string;
  readonly export: string;
  readonly odoo: string;
  readonly db: string;
  readonly login: string;
}

export function addInit(program: Command): void {
  program
    .command('init')
    .description('make a project: one folder for one migration')
    .argument('<dir>', 'the folder to make')
    .requiredOption('--source <crm>', `the CRM being left: ${Object.keys(CONNECTORS).join(', ')}`)
    .requiredOption('--export <path>', 'its export: a folder, a file or a .zip')
    .requiredOption('--odoo <url>', 'the address of Odoo, like https://acme.odoo.com')
    .requiredOption('--db <name>', "the name of Odoo's database")
    .requiredOption('--login <user>', 'the login whose API key is used')
    .option('--env <name>', 'what to call this Odoo', 'production')
    .option('--json', 'one JSON object on standard output')
    .action((dir: string, options: InitOptions) =>
      perform(options, async () => {
        const project = createProject({
          folder: dir,
          source: options.source,
          exportPath: options.export,
          env: options.env ?? 'production',
          url: options.odoo,
          db: options.db,
          login: options.login,
        });
        const text = `Made the project ${project.name}. The key comes from the environment, never from a file:\n  export WAYBILL_ODOO_API_KEY=…\nNext: waybill doctor ${dir}`;
        return Promise.resolve({ result: { project: project.folder }, text });
      }),
    );
}

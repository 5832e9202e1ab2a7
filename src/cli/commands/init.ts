import type { Command } from 'commander';
import { readConnector } from '../../app/connector-file.ts';
import { CONNECTORS } from '../../app/connectors.ts';
import { createProject, type NewProject } from '../../app/project.ts';
import { WaybillError } from '../../core/errors.ts';
import { perform, type CommonOptions } from '../command.ts';

interface InitOptions extends CommonOptions {
  readonly source: string;
  readonly export?: string;
  readonly api?: string;
  readonly account?: string;
  readonly connector?: string;
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
    .option('--export <path>', 'its export: a folder, a file or a .zip')
    .option('--api <url>', 'its own API, instead of an export or completing one')
    .option('--account <id>', 'the account at that API; the key comes from the environment')
    .option('--connector <file>', 'its API, declared in a file of your own, instead of an export')
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
          ...(options.export !== undefined && { exportPath: options.export }),
          ...apiOf(options),
          ...(options.connector !== undefined && { connectorPath: options.connector }),
          env: options.env ?? 'production',
          url: options.odoo,
          db: options.db,
          login: options.login,
        });
        const text = `Made the project ${project.name}. The key comes from the environment, never from a file:\n  export WAYBILL_ODOO_API_KEY=…${options.api === undefined ? '' : '\n  export WAYBILL_SOURCE_API_KEY=…'}\nNext: waybill doctor ${dir}`;
        return Promise.resolve({ result: { project: project.folder }, text });
      }),
    );
}

function apiOf(options: InitOptions): Partial<Pick<NewProject, 'api'>> {
  const { api, account, export: path, connector } = options;
  if (connector !== undefined) {
    readConnector(connector);
    if (api === undefined && account === undefined && path === undefined) return {};
    throw new WaybillError('WB_USAGE', '--connector stands alone.', {
      next: 'To add what the API lacks: waybill connector fetch <file> <folder>, put it into that folder, and give the folder as --export.',
    });
  }
  if (api !== undefined && account !== undefined) return { api: { url: api, account } };
  if (path !== undefined && api === undefined && account === undefined) return {};
  throw new WaybillError(
    'WB_USAGE',
    api === undefined && account === undefined
      ? 'Say where the records come from.'
      : '--api and --account belong together.',
    {
      next: 'Give --export <path>, or --api <url> with --account <id>, or all three; or --connector <file> alone.',
    },
  );
}

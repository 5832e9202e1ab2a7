import type { Command } from 'commander';
import { connectorCheck, connectorFetch } from '../../app/connector.ts';
import { EXIT } from '../../core/errors.ts';
import { perform, type CommonOptions } from '../command.ts';

export function addConnector(program: Command): void {
  const connector = program
    .command('connector')
    .description("a source's REST API, declared in a file of your own");
  connector
    .command('check')
    .description('try it: one page of each list, nothing is kept')
    .argument('<file>', 'the connector file')
    .option('--json', 'one JSON object on standard output')
    .action((path: string, options: CommonOptions) =>
      perform(options, async (faces) => {
        const streams = await connectorCheck(path, faces);
        const lines = streams.flatMap((one) => [
          `${one.object}: ${one.status}, ${one.records} record(s)${one.path === '' ? ', found at no path' : ` at ${one.path}`}`,
          ...(one.emptyFields.length > 0 ? [`  never filled: ${one.emptyFields.join(', ')}`] : []),
          ...(one.unused.length > 0 ? [`  not taken: ${one.unused.join(', ')}`] : []),
        ]);
        const clean = streams.every((one) => one.status < 400 && one.records > 0);
        const text = [...lines, `Next: waybill connector fetch ${path} <folder>`].join('\n');
        return { result: { streams }, text, exit: clean ? EXIT.done : EXIT.differences };
      }),
    );
  connector
    .command('fetch')
    .description('read everything into a folder, which is an export from then on')
    .argument('<file>', 'the connector file')
    .argument('<folder>', 'where to; run again it takes what changed')
    .option('--json', 'one JSON object on standard output')
    .action((path: string, folder: string, options: CommonOptions) =>
      perform(options, async (faces) => {
        const streams = await connectorFetch(path, folder, faces);
        const text = [
          ...streams.map((one) => `${one.object}: ${one.records}`),
          ...streams.flatMap((one) => one.notices.map((notice) => `Note: ${notice}`)),
          `Next: waybill init <dir> --source <crm> --export ${folder} …, or: waybill scope`,
        ].join('\n');
        return { result: { streams }, text };
      }),
    );
}

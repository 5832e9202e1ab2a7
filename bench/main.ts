/**
 * `npm run bench`: how fast Waybill is, and how fast the other ways of doing the same are on the same machine in the
 * same minutes. Not a test: nothing fails for being slow. See docs/performance.md.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { table } from '../src/cli/print.ts';
import { benchApi } from './api.ts';
import { benchFiles } from './files.ts';
import { benchLoad } from './load.ts';
import { benchFirm, benchPipeline } from './pipeline.ts';
import { apiRows, filesRows, loadRows, pipelineRows, summarise } from './summary.ts';

const { values } = parseArgs({
  options: {
    contacts: { type: 'string', default: '2000' },
    rounds: { type: 'string', default: '3' },
    'pipeline-contacts': { type: 'string', default: '200000' },
    'file-megabytes': { type: 'string', default: '300' },
    'api-contacts': { type: 'string', default: '50000' },
    cases: { type: 'string', default: '20000' },
    only: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  },
});

const HELP = `npm run bench -- [options]
  --contacts N           contacts to load, with three times as many notes (2000)
  --rounds N             how often, each time in another order (3)
  --pipeline-contacts N  contacts of the run without Odoo, with three times as many notes (200000)
  --file-megabytes N     size of the one file that is sent to measure memory (300)
  --api-contacts N       contacts that are read through the API of a stand-in (50000)
  --cases N              AgileCase cases of the same, with ten history entries and two documents each (20000)
  --only load|pipeline|files|api|agilecase   one of them\n`;

const say = (text: string): void => void process.stderr.write(`${text}\n`);

async function main(): Promise<void> {
  const machine = {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    system: `${process.platform} ${process.arch}`,
    date: new Date().toISOString(),
  };
  const wanted = (what: string): boolean => values.only === undefined || values.only === what;
  const pipeline = wanted('pipeline')
    ? await benchPipeline(Number(values['pipeline-contacts']), say)
    : null;
  const firm = wanted('agilecase') ? await benchFirm(Number(values.cases), say) : null;
  const load = wanted('load')
    ? await benchLoad({ contacts: Number(values.contacts), rounds: Number(values.rounds), say })
    : null;
  const files = wanted('files') ? await benchFiles(Number(values['file-megabytes']), say) : null;
  const api = wanted('api') ? await benchApi(Number(values['api-contacts']), say) : null;
  const summary = load && summarise(load.rounds);
  const contacts = Number(values.contacts);
  const path = save({ machine, contacts, summary, load, pipeline, files, api, firm });
  const tables = [
    summary && table(loadRows(summary)),
    pipeline && table(pipelineRows(pipeline)),
    firm && table(pipelineRows(firm)),
    files && table(filesRows(files)),
    api && table(apiRows(api)),
  ];
  process.stdout.write(`${tables.filter(Boolean).join('\n\n')}\n\nWritten to ${path}\n`);
}

function save<T extends { readonly machine: { readonly date: string } }>(result: T): string {
  const folder = fileURLToPath(new URL('./results/', import.meta.url));
  mkdirSync(folder, { recursive: true });
  const path = `${folder}${result.machine.date.replace(/[:.]/g, '-')}.json`;
  writeFileSync(path, `${JSON.stringify(result, null, 2)}\n`);
  return path;
}

if (values.help) process.stdout.write(HELP);
else await main();

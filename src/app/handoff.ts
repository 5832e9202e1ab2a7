/** The handoff package: one zip that explains itself, with everything somebody needs after we are gone. */
import { createHash } from 'node:crypto';
import { createWriteStream, existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import { checkChain } from '../core/audit-chain.ts';
import { WaybillError } from '../core/errors.ts';
import { csv } from '../report/csv.ts';
import { indexHtml, type HandoffModel, type PackageFile } from '../report/handoff.ts';
import { reportHtml } from '../report/html.ts';
import { reportJson } from '../report/json.ts';
import type { ReportModel } from '../report/model.ts';
import { verdictOf } from '../report/verdict.ts';
import { workbook } from '../report/workbook.ts';
import { consentOf, type Consent } from './consent.ts';
import { environmentOf } from './project.ts';
import { reportModel } from './report.ts';
import type { Session } from './session.ts';

export interface Handoff {
  readonly environment: string;
  readonly zip: string;
  readonly files: readonly {
    readonly name: string;
    readonly about: string;
    readonly sha256: string;
  }[];
}

/** Throws WB_HANDOFF_TOO_EARLY when no run has ended yet. */
export async function writeHandoff(session: Session, envName?: string): Promise<Handoff> {
  const { env } = environmentOf(session.project, envName);
  const hash = lastMapping(session, env);
  const consent = consentOf(session, env, hash);
  session.store.runs.audit('handoff', 'handoff package written', { env });
  const model = reportModel(session, env);
  const parts = [
    ...(await documents(session, env, model, hash)),
    ...reports(session, env, consent),
    ...lists(session, env, model),
  ];
  const index: PackageFile = {
    name: 'index.html',
    about: 'begin here',
    content: indexHtml(handoffModel(session, model, consent), parts),
  };
  const all = withManifest([index, ...parts]);
  const zip = await writeZip(session, env, all);
  const files = all.map(({ name, about, content }) => ({ name, about, sha256: hashOf(content) }));
  return { environment: env, zip, files };
}

const hashOf = (content: string | Uint8Array): string =>
  createHash('sha256').update(content).digest('hex');

/** The hash of the mapping that Odoo was last loaded with. */
function lastMapping({ store, project }: Session, env: string): string {
  const done = store.runs.list(env).filter((run) => run.state === 'done' && run.kind !== 'sample');
  const last = done.at(-1);
  if (last && done.some((run) => run.kind === 'full') && store.ledger.counts(env).length > 0)
    return last.mapping_hash;
  throw new WaybillError(
    'WB_HANDOFF_TOO_EARLY',
    `No full run into "${env}" has ended yet, or it was taken back.`,
    { next: `Run: waybill run ${project.folder} --env ${env}` },
  );
}

function handoffModel(session: Session, model: ReportModel, consent: Consent): HandoffModel {
  return {
    title: model.title,
    at: model.at,
    environment: model.environment,
    verdict: verdictOf(model),
    consent: consent.told,
    odoo: model.destination
      ? `${model.destination.db} at ${model.destination.url}, Odoo ${model.destination.version}`
      : '',
    waiting: model.review.open.reduce((sum, one) => sum + one.n, 0),
    auditHash: checkChain(session.store.handover.audit()).last,
  };
}

async function documents(
  session: Session,
  env: string,
  model: ReportModel,
  hash: string,
): Promise<PackageFile[]> {
  const changed = model.mapping?.hash !== hash;
  const loaded = session.store.runs.meta<string>(`mapping.${hash}`);
  return [
    {
      name: 'report.html',
      about: 'summary, reconciliation, verification',
      content: reportHtml(model),
    },
    { name: 'reconciliation.json', about: 'the same as data', content: reportJson(model) },
    {
      name: 'mapping.yaml',
      about: `the mapping of the last run${changed ? '; the project has changed it since' : ''}`,
      content: (changed && loaded) || readFileSync(session.project.mappingPath),
    },
    {
      name: 'field-mapping.xlsx',
      about: `every column and where it went${changed ? ', by the mapping as it was changed since the last run' : ''}`,
      content: await mappingWorkbook(model),
    },
  ];
}

/** What earlier commands wrote, each called what it is. */
function reports(session: Session, env: string, consent: Consent): PackageFile[] {
  const made = (file: string, name: string, about: string): PackageFile[] => {
    const path = join(session.project.reportsFolder, file);
    return existsSync(path) ? [{ name, about, content: readFileSync(path) }] : [];
  };
  return [
    ...made(`sample-${consent.sampleEnv}.html`, 'sample.html', consent.sample),
    ...made(`sample-${consent.sampleEnv}.xlsx`, 'sample.xlsx', 'the same as a workbook'),
    ...made(
      `spot-check-${env}.html`,
      'spot-check.html',
      'records side by side, for a look of your own',
    ),
    ...(consent.certified
      ? made(`certificate-${env}.html`, 'certificate.html', 'a second full run changed nothing')
      : []),
    ...made(
      'inventory.html',
      'inventory.html',
      'what has to be rebuilt by hand, with its equivalents in Odoo',
    ),
    ...made('inventory.xlsx', 'inventory.xlsx', 'the same as a workbook'),
    ...made('inventory.json', 'inventory.json', 'the same as data'),
    ...made('scope.html', 'scope.html', 'the scope, as it was last read'),
  ];
}

async function mappingWorkbook(model: ReportModel): Promise<Uint8Array> {
  const rows = Object.entries(model.mapping?.objects ?? {}).flatMap(([object, columns]) =>
    columns.map((one) => [
      object,
      one.column,
      one.to,
      one.field,
      one.confidence,
      one.reason,
      one.decided ? 'a person' : 'proposal',
    ]),
  );
  const profiles = (model.source?.inspection.files ?? []).flatMap((file) =>
    file.columns.map((one) => [
      file.object,
      file.path,
      one.id,
      one.profile.type,
      one.profile.rows,
      one.profile.filled,
      one.profile.distinct,
      one.profile.examples.join(' · '),
    ]),
  );
  return workbook([
    {
      name: 'Fields',
      head: ['Object', 'Column', 'To', 'Odoo field', 'Sure', 'Why', 'Decided by'],
      rows,
    },
    {
      name: 'Choices',
      head: ['Choice', 'Value'],
      rows: Object.entries(model.mapping?.choices ?? {}).map(([name, value]) => [
        name,
        String(value),
      ]),
    },
    {
      name: 'Columns',
      head: ['Object', 'File', 'Column', 'Type', 'Rows', 'Filled', 'Different', 'Examples'],
      rows: profiles,
    },
  ]);
}

function lists(session: Session, env: string, model: ReportModel): PackageFile[] {
  return [
    {
      name: 'owners.csv',
      about: 'who each owner of the source is in Odoo',
      content: csv([
        ['owner', 'e-mail', 'active at the source', 'contacts', 'how found', 'in Odoo'],
        ...model.owners.map((one) => [
          one.label,
          one.email,
          one.active === null ? '' : String(one.active),
          one.contacts,
          one.how,
          one.user,
        ]),
      ]),
    },
    {
      name: 'attachments.csv',
      about: 'every file that was found, and where it is in Odoo',
      content: csv(attachments(session, env)),
    },
    {
      name: 'review-queue.csv',
      about: 'every question that was raised, with its answer',
      content: csv(reviewRows(session, env)),
    },
    {
      name: 'id-map.csv',
      about: 'source record to Odoo record, every one',
      content: csv(idRows(session, env)),
    },
    {
      name: 'audit.jsonl',
      about: 'what was done, when, by whom; chained by hash',
      content: auditLines(session),
    },
  ];
}

function* idRows(session: Session, env: string): Generator<(string | number)[]> {
  yield ['object', 'source record', 'Odoo model', 'Odoo id', 'external id', 'how', 'state'];
  for (const row of session.store.handover.ids(env))
    yield [
      row.object,
      row.source,
      row.model,
      row.resId,
      `__waybill__.${row.key}`,
      row.op,
      row.state,
    ];
}

function* attachments(session: Session, env: string): Generator<(string | number)[]> {
  yield ['name', 'type', 'bytes', 'sha256', 'Odoo id', 'key'];
  for (const row of session.store.handover.planned('ir.attachment')) {
    const values = JSON.parse(row.vals) as Record<string, unknown>;
    const file = Object.values(values).find(
      (value): value is { bytes: number; sha256: string } =>
        typeof value === 'object' && value !== null && 'sha256' in value,
    );
    const text = (name: string): string => (typeof values[name] === 'string' ? values[name] : '');
    yield [
      text('name'),
      text('mimetype'),
      file?.bytes ?? 0,
      file?.sha256 ?? '',
      session.store.ledger.resId(env, row.key) ?? 'not in Odoo',
      row.key,
    ];
  }
}

function reviewRows(session: Session, env: string): (string | number)[][] {
  const rows = session.store.review
    .list(env, false, 1_000_000)
    .map((item) => [
      item.id,
      item.code,
      item.object,
      item.key,
      item.place,
      item.column,
      item.message,
      item.raw,
      item.resolution || 'open',
      item.resolvedBy,
    ]);
  return [
    [
      'number',
      'code',
      'object',
      'record',
      'where',
      'column',
      'what',
      'value',
      'answer',
      'answered by',
    ],
    ...rows,
  ];
}

function auditLines(session: Session): string {
  let text = '';
  for (const { at, who, what, detail, previous, hash } of session.store.handover.audit())
    text += `${JSON.stringify({ at, who, what, detail, previous, hash })}\n`;
  return text;
}

function withManifest(files: readonly PackageFile[]): PackageFile[] {
  const manifest = Object.fromEntries(files.map((file) => [file.name, hashOf(file.content)]));
  return [
    ...files,
    {
      name: 'manifest.json',
      about: 'the sha256 of every file',
      content: `${JSON.stringify(manifest, null, 2)}\n`,
    },
  ];
}

async function writeZip(
  session: Session,
  env: string,
  files: readonly PackageFile[],
): Promise<string> {
  const folder = join(session.project.folder, 'handoff');
  mkdirSync(folder, { recursive: true });
  const path = resolve(join(folder, `${session.project.name}-${env}.zip`));
  const zip = new ZipFile();
  for (const file of files) zip.addBuffer(Buffer.from(file.content), file.name);
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(`${path}.new`));
  renameSync(`${path}.new`, path);
  return path;
}

/** The whole journey once, on a sample account and a real Odoo 19 that `scripts/odoo` starts. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { WaybillError } from '../../core/errors.ts';
import { sha256 } from '../../lib/hash.ts';
import { number } from '../../report/verdict.ts';
import { approveMapping, proposeMapping } from '../mapping.ts';
import { fullRun, rollbackRun, type RunResult } from '../migrate.ts';
import { createProject, openProject, type NewProject } from '../project.ts';
import { writeReport } from '../report.ts';
import { approveSample, runSample } from '../sample.ts';
import { scope } from '../scope.ts';
import {
  proposalCatalog,
  inspectionOf,
  withOdoo,
  withSession,
  type Faces,
  type Session,
} from '../session.ts';
import { CONNECTORS } from '../connectors.ts';
import { generateSampleAccount } from './sample-account.ts';
import { generateSampleFirm } from './sample-firm/sample-firm.ts';
import { startStandIn } from './stand-in.ts';

export interface DemoOptions {
  readonly source: string;
  readonly folder: string;
  readonly rollback: boolean;
  readonly via: 'files' | 'api';
  /** How many of the sample; as many as it usually has unless told. */
  readonly contacts?: number | undefined;
  readonly notes?: number | undefined;
}
type Sizes = Pick<DemoOptions, 'contacts' | 'notes'>;
export interface DemoOutcome {
  readonly result: unknown;
  readonly text: string;
  readonly clean: boolean;
  readonly kept?: boolean;
}

interface Sample {
  readonly database: string;
  write(folder: string, sizes: Sizes): Promise<void>;
}

const SEED = 20;
const accountOf = ({ contacts = 1_200, notes = 5_000 }: Sizes) => ({ seed: SEED, contacts, notes });
/** 600 cases, 1,500 letters and 500 documents, and fewer of each where a smaller firm is asked for: they hang together. */
const firmOf = ({ contacts = 420, notes = 1_600 }: Sizes) => ({
  seed: SEED,
  contacts,
  notes,
  cases: Math.round((contacts * 600) / 420),
  communications: Math.ceil((notes * 500) / 1_600) * 3,
  documents: Math.round((contacts * 500) / 420),
});

export const SAMPLES: Readonly<Record<string, Sample>> = {
  allclients: {
    database: 'waybill_demo',
    write: (folder, sizes) => generateSampleAccount(accountOf(sizes)).writeTo(folder),
  },
  agilecase: {
    database: 'waybill_demo_agilecase',
    write: (folder, sizes) => generateSampleFirm(firmOf(sizes)).writeTo(folder, 'csv'),
  },
};

/** The first is what the demo shows when it is not told. */
export const SAMPLE_SOURCES = Object.keys(SAMPLES);

export const demoFolder = (source: string): string =>
  source === SAMPLE_SOURCES[0] ? 'demo' : `demo-${source}`;

/** One per demo: a second one elsewhere leaves the first as it is. */
const databaseOf = (options: DemoOptions): string => {
  const { database } = sampleOf(options);
  const usual = options.folder === demoFolder(options.source);
  return usual ? database : `${database}_${sha256(resolve(options.folder)).slice(0, 8)}`;
};

function sampleOf({ source }: DemoOptions): Sample {
  const sample = SAMPLES[source];
  if (sample) return sample;
  throw new WaybillError('WB_USAGE', `There is no sample of "${source}".`, {
    next: `Choose one: ${Object.keys(SAMPLES).join(', ')}`,
  });
}

const SCRIPT = fileURLToPath(new URL('../../../scripts/odoo', import.meta.url));

interface LocalOdoo {
  readonly url: string;
  readonly db: string;
  readonly login: string;
  readonly password: string;
  readonly apiKey: string;
}

export async function runDemo(faces: Faces, options: DemoOptions): Promise<DemoOutcome> {
  return options.rollback ? undo(faces, options) : forth(faces, options);
}

async function forth(faces: Faces, options: DemoOptions): Promise<DemoOutcome> {
  const { folder, source } = options;
  const database = databaseOf(options);
  const fresh = !existsSync(join(folder, 'waybill.yaml'));
  const account = fresh ? await sampleSource(faces, options) : undefined;
  try {
    const odoo = await localOdoo(faces, database, fresh);
    if (account)
      createProject({
        folder,
        source,
        ...account.source,
        env: 'production',
        url: odoo.url,
        db: odoo.db,
        login: odoo.login,
      });
    const withKeys = {
      ...faces,
      secrets: { ...faces.secrets, WAYBILL_ODOO_API_KEY: odoo.apiKey, ...account?.secrets },
    };
    return await withSession(folder, withKeys, 'write', async (session) => {
      if (fresh) await prepare(session, withKeys);
      const result = await fullRun(session, withKeys);
      const report = writeReport(session, result.environment);
      return {
        result: { ...result, report, odoo: { url: odoo.url, db: odoo.db, login: odoo.login } },
        text: farewell(result, report.html, odoo, options),
        clean: isClean(result),
      };
    });
  } finally {
    account?.stop();
  }
}

interface SampleSource {
  readonly source: Pick<NewProject, 'exportPath' | 'api'>;
  readonly secrets: Readonly<Record<string, string>>;
  stop(): void;
}

/** The stand-in is a program on this machine: it needs no sparing. */
const DEMO_CALLS_PER_SECOND = 500;

async function sampleSource(faces: Faces, options: DemoOptions): Promise<SampleSource> {
  if (options.via === 'files') return writeSample(faces, options);
  if (options.source !== 'allclients')
    throw new WaybillError('WB_USAGE', 'Only AllClients has a stand-in for its API.', {
      next: 'Leave --via out.',
    });
  const standIn = await startStandIn(accountOf(options));
  const { url, account, key } = standIn;
  faces.emit({
    type: 'notice',
    level: 'info',
    message: `A stand-in for AllClients' API answers at ${url}.`,
  });
  return {
    source: { api: { url, account, callsPerSecond: DEMO_CALLS_PER_SECOND } },
    secrets: { WAYBILL_SOURCE_API_KEY: key },
    stop: () => standIn.stop(),
  };
}

async function writeSample(faces: Faces, options: DemoOptions): Promise<SampleSource> {
  const { folder, source } = options;
  const exportPath = join(folder, 'export');
  rmSync(exportPath, { recursive: true, force: true });
  mkdirSync(exportPath, { recursive: true });
  await sampleOf(options).write(exportPath, options);
  faces.emit({
    type: 'notice',
    level: 'info',
    message: `Wrote a sample ${CONNECTORS[source]?.declaration.name ?? source} export to ${exportPath}.`,
  });
  return { source: { exportPath }, secrets: {}, stop: () => {} };
}

/** In the demo the person is us: the proposal is approved as it stands, and so is the sample. */
async function prepare(session: Session, faces: Faces): Promise<void> {
  await scope(session);
  const state = await withOdoo(session, faces, undefined, async (connection) =>
    proposeMapping(session, inspectionOf(session), await proposalCatalog(connection, faces.signal)),
  );
  if (state.undecided.length > 0) {
    const columns = state.undecided.map((one) => `${one.object}.${one.column}`).join(', ');
    throw new WaybillError(
      'WB_MAPPING_UNDECIDED',
      `The sample's mapping waits for decisions: ${columns}`,
      {
        next: `Decide them in ${session.project.mappingPath}, approve, and run: waybill run ${session.project.folder}`,
      },
    );
  }
  approveMapping(session, 'the demo');
  await runSample(session, faces);
  approveSample(session, 'the demo');
}

const isClean = (result: RunResult): boolean =>
  result.balances &&
  result.verification.differences === 0 &&
  result.verification.missing === 0 &&
  result.open.length === 0;

function farewell(
  result: RunResult,
  report: string,
  odoo: LocalOdoo,
  { folder, source }: DemoOptions,
): string {
  const waiting = result.open.reduce((sum, one) => sum + one.n, 0);
  return [
    `Done: ${number(result.totals.created)} records created, ${number(result.verification.values)} values read back, ${number(result.verification.differences)} differ, ${number(waiting)} item(s) wait for a person.`,
    `Report:   ${report}`,
    `Odoo:     ${odoo.url}/odoo/${source === 'allclients' ? 'contacts' : 'crm'}?db=${odoo.db}   login ${odoo.login}, password ${odoo.password}`,
    `Queue:    npm run waybill -- review ${folder}`,
    `Undo it:  npm run demo -- --rollback${source === 'allclients' ? '' : ` --source ${source}`}${folder === demoFolder(source) ? '' : ` --dir ${folder}`}`,
  ].join('\n');
}

async function undo(faces: Faces, options: DemoOptions): Promise<DemoOutcome> {
  const { folder } = options;
  openProject(folder);
  const odoo = await localOdoo(faces, databaseOf(options), false);
  const withKey = { ...faces, secrets: { ...faces.secrets, WAYBILL_ODOO_API_KEY: odoo.apiKey } };
  return withSession(folder, withKey, 'write', async (session) => {
    const totals = await rollbackRun(session, withKey, undefined, false);
    const text =
      `Took back ${number(totals.removed)} records, restored ${totals.restored}, kept ${totals.kept.length}.\n${totals.kept
        .slice(0, 20)
        .map((one) => `  ${one.model} ${one.resId}: ${one.reason}`)
        .join('\n')}`.trimEnd();
    return { result: totals, text, clean: totals.kept.length === 0, kept: totals.kept.length > 0 };
  });
}

/** `fresh` makes the database anew; else it must be there from an earlier demo. */
async function localOdoo(faces: Faces, database: string, fresh: boolean): Promise<LocalOdoo> {
  faces.emit({
    type: 'notice',
    level: 'info',
    message: 'Starting a real Odoo 19 (the first time this downloads it and takes some minutes) …',
  });
  const up = await script(['up', '19', '--json']);
  if (!fresh) return { ...up, db: database };
  return script(['fresh', database, '19', '--json']);
}

async function script(args: readonly string[]): Promise<LocalOdoo> {
  try {
    const running = promisify(execFile)(SCRIPT, args, { maxBuffer: 1 << 24 });
    running.child.stderr?.pipe(process.stderr);
    const { stdout } = await running;
    return JSON.parse(stdout) as LocalOdoo;
  } catch (error) {
    throw new WaybillError(
      'WB_ODOO_UNREACHABLE',
      `scripts/odoo ${args.join(' ')} did not bring up an Odoo; what it said stands above.`,
      {
        next: `Mend what it names, then run the demo again. The project, if made, is in ${resolve('demo')}.`,
        cause: error,
      },
    );
  }
}

/** A project opened for one command: store, source, connection. Closed by `using` however the command ends. */
import { join } from 'node:path';
import { isWaybillError, WaybillError } from '../core/errors.ts';
import type { Emit } from '../core/events.ts';
import { connectOdoo } from '../destination/odoo/odoo.ts';
import { odooSchema } from '../destination/odoo/schema.ts';
import type { Destination, DestinationFacts, OdooValue } from '../destination/destination.ts';
import type { Context, LocalContext } from '../engine/context.ts';
import { largestFile } from '../engine/files.ts';
import { makeLoadPace } from '../engine/load-pace.ts';
import type { Catalog, MappingDocument } from '../mapping/mapping.ts';
import { openDeclared } from '../source/declared-source.ts';
import type { Inspection, Source } from '../source/source.ts';
import { openStore, type Store } from '../store/store.ts';
import { readConnector } from './connector-file.ts';
import { CONNECTORS, type Connector } from './connectors.ts';
import { openPicture } from './picture-files.ts';
import {
  apiKeyOf,
  decisionsOf,
  environmentOf,
  openProject,
  sourceKeyOf,
  type Project,
} from './project.ts';

export interface Faces {
  readonly emit: Emit;
  readonly signal: AbortSignal;
  readonly secrets: Readonly<Record<string, string | undefined>>;
}

export interface Session extends LocalContext {
  readonly project: Project;
  readonly connector: Connector;
  readonly store: Store;
  readonly secrets: Faces['secrets'];
}

/** Runs `work` on the project with its lock held (or read-only), and always lets go. */
export async function withSession<T>(
  folder: string,
  faces: Faces,
  mode: 'write' | 'read',
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const project = openProject(folder);
  const connector = CONNECTORS[project.config.source.type];
  if (!connector)
    throw new WaybillError(
      'WB_CONFIG_INVALID',
      `There is no source "${project.config.source.type}".`,
    );
  const store = openStore(project.storeFolder, mode);
  try {
    return await work({ project, connector, store, ...faces });
  } finally {
    store.close();
  }
}

/** The export, the API, or the export completed by the API: as waybill.yaml says. */
export function openSource(session: Session): Source {
  const { project, connector, secrets } = session;
  const { export: path, api, connector: declared } = project.config.source;
  if (declared !== undefined) return openConnector(session, declared);
  const files = path === undefined ? undefined : connector.open(path, decisionsOf(project));
  if (api && !connector.openApi)
    throw new WaybillError(
      'WB_CONFIG_INVALID',
      `waybill.yaml: ${connector.declaration.name} has no API that Waybill knows.`,
      { next: 'Take source.api out, and name an export in source.export.' },
    );
  if (api && connector.openApi) {
    const folder = join(project.storeFolder, 'source');
    let known: string | undefined;
    // Once: a keychain may ask a person each time.
    const key = (): string => (known ??= sourceKeyOf(secrets, api.keyCommand));
    return connector.openApi(api, key, folder, files);
  }
  if (files) return files;
  throw new WaybillError('WB_CONFIG_INVALID', 'waybill.yaml: the source has no export.', {
    next: `Write source.export: the path of the export of ${connector.declaration.name}.`,
  });
}

function openConnector({ project, connector, secrets }: Session, path: string): Source {
  const { export: beside, api } = project.config.source;
  if (!connector.declarable || beside !== undefined || api)
    throw new WaybillError(
      'WB_CONFIG_INVALID',
      connector.declarable
        ? 'waybill.yaml: source.connector stands alone, without source.export and source.api.'
        : `waybill.yaml: ${connector.declaration.name} is not read by a connector file.`,
      { next: 'Take source.connector out, or what stands beside it.' },
    );
  const folder = join(project.storeFolder, 'source');
  const exported = connector.open(folder, decisionsOf(project));
  return openDeclared(readConnector(path), folder, secrets, exported);
}

/** What the last scope found. Throws WB_NO_SCOPE. */
export function inspectionOf(session: Session): Inspection {
  const inspection = session.store.runs.meta<Inspection | null>('inspection');
  if (inspection) return inspection;
  throw new WaybillError(
    'WB_NO_SCOPE',
    'The export was not read yet, or the reading did not finish.',
    { next: 'Run: waybill scope' },
  );
}

export interface Connection {
  readonly env: string;
  readonly url: string;
  readonly destination: Destination;
  readonly facts: DestinationFacts;
}

/** Connects, checks that it is the database this project knows, and always disconnects. */
export async function withOdoo<T>(
  session: Session,
  faces: Faces,
  envName: string | undefined,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const { env, config } = environmentOf(session.project, envName);
  checkOwnDatabase(session, env, config.url, config.db);
  const { transport, keyCommand, ...address } = config;
  const options = {
    ...address,
    apiKey: apiKeyOf(env, faces.secrets, keyCommand),
    ...(transport && { transport }),
  };
  const destination = await connectOdoo(options);
  try {
    const facts = await destination.facts(faces.signal);
    checkSameDatabase(session, env, facts);
    return await work({ env, url: config.url, destination, facts });
  } finally {
    await destination.close();
  }
}

/** Two environments in one database would load everything twice, and each would take the other's records for people's. */
function checkOwnDatabase(session: Session, env: string, url: string, db: string): void {
  const same = Object.entries(session.project.config.environments).find(
    ([name, other]) =>
      name !== env && other.db === db && new URL(other.url).host === new URL(url).host,
  );
  if (same)
    throw new WaybillError(
      'WB_CONFIG_INVALID',
      `The environments "${env}" and "${same[0]}" are one and the same database.`,
      {
        next: 'Give each its own database in waybill.yaml; a copy of production makes a good staging.',
      },
    );
}

/** A ledger that speaks of another database would delete strangers' records on rollback. */
function checkSameDatabase(session: Session, env: string, facts: DestinationFacts): void {
  const known = session.store.runs.meta<string>(`database.${env}`);
  const counts = session.store.ledger.counts(env);
  if (counts.length > 0 && facts.databaseUuid === '') {
    throw new WaybillError(
      'WB_ODOO_RIGHTS',
      `The user ${facts.user.login} of "${env}" may not read the database's identity (ir.config_parameter), so it cannot be told whether this is the Odoo that the project wrote to.`,
      {
        next: 'Give the user the access right Administration: Settings, or use the key of one who has it.',
      },
    );
  }
  if (counts.length > 0 && known && known !== facts.databaseUuid) {
    throw new WaybillError(
      'WB_DATABASE_CHANGED',
      `The ledger of "${env}" belongs to another Odoo database than the one that answers now.`,
      {
        next: 'Point the environment back at the database it wrote to, or name a new environment in waybill.yaml.',
      },
    );
  }
}

/** What the project says, else what Odoo takes by its own rule. Of a proxy before it nobody knows beforehand. */
function maxFileBytes(megabytes: number | undefined, requestLimit: number | null): number {
  if (megabytes !== undefined) return megabytes * 1024 ** 2;
  return requestLimit === null ? Infinity : largestFile(requestLimit);
}

/** Opened once: a source lists its files when the first is asked for, and there may be tens of thousands. */
function openedOnce(session: Session): () => Source {
  let source: Source | undefined;
  return () => (source ??= openSource(session));
}

export function contextOf(
  session: Session,
  connection: Connection,
  { choices }: Pick<MappingDocument, 'choices'>,
): Context {
  session.store.runs.setMeta(`database.${connection.env}`, connection.facts.databaseUuid);
  session.store.runs.setMeta(`version.${connection.env}`, connection.facts.version);
  session.store.runs.setMeta(`edition.${connection.env}`, connection.facts.edition);
  const options = session.project.config.options ?? {};
  const source = openedOnce(session);
  return {
    store: session.store,
    emit: session.emit,
    signal: session.signal,
    env: connection.env,
    destination: connection.destination,
    schema: odooSchema(connection.destination),
    facts: connection.facts,
    choices,
    pace: makeLoadPace({
      batchSize: options.batchSize ?? 500,
      concurrency: options.concurrency ?? 2,
      say: (message) => session.emit({ type: 'notice', level: 'info', message }),
    }),
    openFile: (file) => openPicture(session.project, file) ?? source().openFile(file),
    maxFileBytes: maxFileBytes(options.maxFileMegabytes, connection.facts.requestLimit),
  };
}

const MAPPED_MODELS = [
  'res.partner',
  'res.partner.category',
  'res.users',
  'mail.message',
  'mail.activity',
  'mail.template',
  'calendar.event',
  'crm.lead',
  'crm.stage',
  'crm.tag',
  'utm.campaign',
];

/** None where the app is not installed: a mapping can be made before it is; `run` asks for it. */
async function fieldsOf(
  destination: Destination,
  model: string,
  signal: AbortSignal,
): Promise<Catalog['fields'][string]> {
  try {
    return await destination.fields(model, signal);
  } catch (error) {
    if (isWaybillError(error, 'WB_ODOO_MODULE')) return {};
    throw error;
  }
}

export async function catalogOf(
  { destination, facts }: Pick<Connection, 'destination' | 'facts'>,
  signal: AbortSignal,
): Promise<Catalog> {
  const fields = Object.fromEntries(
    await Promise.all(
      MAPPED_MODELS.map(
        async (model) => [model, await fieldsOf(destination, model, signal)] as const,
      ),
    ),
  );
  const countries = await destination.find('res.country', [], ['code', 'name'], {}, signal);
  const states = await destination.find(
    'res.country.state',
    [],
    ['code', 'name', 'country_id'],
    {},
    signal,
  );
  return {
    major: facts.major,
    fields,
    countries: countries.map((one) => ({
      id: one.id,
      code: String(one['code'] ?? ''),
      name: String(one['name']),
    })),
    states: states.map((one) => ({
      id: one.id,
      code: String(one['code'] ?? ''),
      name: String(one['name']),
      countryId: Number(one['country_id']),
    })),
  };
}

/** With what only a proposal asks for: users and tags. */
export async function proposalCatalog(
  connection: Connection,
  signal: AbortSignal,
): Promise<Catalog> {
  const { destination } = connection;
  const catalog = await catalogOf(connection, signal);
  const users = await destination.find(
    'res.users',
    [['share', '=', false]],
    ['login', 'email', 'name'],
    {},
    signal,
  );
  const tags: Record<string, string[]> = {};
  for (const model of ['res.partner.category', 'crm.tag']) {
    const there = Object.keys(catalog.fields[model] ?? {}).length > 0;
    const found = there ? await destination.find(model, [], ['name'], {}, signal) : [];
    tags[model] = found.map((one) => textOf(one['name']));
  }
  return {
    ...catalog,
    tags,
    users: users.map((one) => ({
      login: textOf(one['login']),
      email: textOf(one['email']),
      name: textOf(one['name']),
    })),
  };
}

const textOf = (value: OdooValue | undefined): string => (typeof value === 'string' ? value : '');

/** A project's folder: waybill.yaml (no secret), mapping.yaml, the store, the reports. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { stringify } from 'yaml';
import { z } from 'zod';
import { WaybillError } from '../core/errors.ts';
import { readYaml } from '../lib/yaml-lines.ts';
import type { SourceDecisions } from '../source/source.ts';
import { keyFrom } from './key-command.ts';
import { CONNECTORS } from './connectors.ts';

/** A program of this machine's keychain, and its arguments, that prints a key; run without a shell. */
const keyCommand = z.array(z.string().min(1)).min(1);

const environmentSchema = z.strictObject({
  url: z.url(),
  db: z.string().min(1),
  login: z.string().min(1),
  transport: z.enum(['json2', 'jsonrpc']).optional(),
  keyCommand: keyCommand.optional(),
});

/** Of a source's own API. No secret: the key comes from WAYBILL_SOURCE_API_KEY or the keychain. */
const apiSchema = z.strictObject({
  url: z.url().refine(isSafe, 'must begin with https://; plain http is for this machine only'),
  account: z.string().min(1),
  keyCommand: keyCommand.optional(),
  format: z.enum(['xml', 'json']).optional(),
  callsPerSecond: z.number().positive().max(1_000).optional(),
  without: z.array(z.enum(['notes', 'attachments', 'specialevents'])).optional(),
  workflows: z.array(z.string()).optional(),
  autoresponders: z.array(z.string()).optional(),
  users: z.record(z.string(), z.string()).optional(),
});

function isSafe(text: string): boolean {
  const { protocol, hostname } = new URL(text);
  return protocol === 'https:' || ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
}

const decided = z.record(z.string(), z.string());
const configSchema = z.strictObject({
  version: z.literal(1),
  source: z.strictObject({
    type: z.enum(Object.keys(CONNECTORS) as [string, ...string[]]),
    export: z.string().min(1).optional(),
    api: apiSchema.optional(),
    /** A REST API declared in a file of the person's own; its secrets come from where the file says. */
    connector: z.string().min(1).optional(),
    files: decided.optional(),
    columns: z.record(z.string(), decided).optional(),
    encodings: decided.optional(),
    tables: z
      .record(
        z.string(),
        z.strictObject({ object: z.string().optional(), columns: decided.optional() }),
      )
      .optional(),
  }),
  environments: z.record(z.string().regex(/^[a-z][a-z0-9_-]*$/), environmentSchema),
  options: z
    .strictObject({
      batchSize: z.int().min(1).max(2_000).optional(),
      concurrency: z.int().min(1).max(16).optional(),
      /** Template pictures may be fetched from addresses of the network this machine stands in. */
      privatePictures: z.boolean().optional(),
      maxFileMegabytes: z.int().min(1).max(10_000).optional(),
    })
    .optional(),
});

export type ProjectConfig = z.infer<typeof configSchema>;
export type EnvironmentConfig = z.infer<typeof environmentSchema>;

export interface Project {
  readonly folder: string;
  readonly name: string;
  readonly config: ProjectConfig;
  readonly storeFolder: string;
  readonly mappingPath: string;
  readonly reportsFolder: string;
}

const CONFIG = 'waybill.yaml';

/** Throws WB_PROJECT_NOT_FOUND, WB_CONFIG_INVALID (with the line). */
export function openProject(folder: string): Project {
  const path = join(folder, CONFIG);
  if (!existsSync(path)) {
    throw new WaybillError('WB_PROJECT_NOT_FOUND', `There is no ${CONFIG} in ${resolve(folder)}.`, {
      next: 'Go to the project folder or name it; a new project begins with: waybill init <dir> --source <crm> --export <path> --odoo <url> --db <name> --login <user>',
    });
  }
  return {
    folder,
    name: basename(resolve(folder)),
    config: parseConfig(readFileSync(path, 'utf8')),
    storeFolder: join(folder, '.waybill'),
    mappingPath: join(folder, 'mapping.yaml'),
    reportsFolder: join(folder, 'reports'),
  };
}

function parseConfig(text: string): ProjectConfig {
  const { document, fault, lineOf } = readYaml(text);
  if (fault) throw invalid(fault.line, fault.message);
  const result = configSchema.safeParse(document.toJS());
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw invalid(
    lineOf(issue?.path ?? []),
    `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not valid'}`,
  );
}

const invalid = (line: number, message: string): WaybillError =>
  new WaybillError('WB_CONFIG_INVALID', `${CONFIG}, line ${line}: ${message}`, {
    place: `${CONFIG}:${line}`,
    next: `Mend line ${line} of ${CONFIG}, then run the command again.`,
  });

export interface NewProject {
  readonly folder: string;
  readonly source: string;
  readonly exportPath?: string;
  readonly api?: {
    readonly url: string;
    readonly account: string;
    readonly callsPerSecond?: number;
  };
  readonly connectorPath?: string;
  readonly env: string;
  readonly url: string;
  readonly db: string;
  readonly login: string;
}

/** Writes waybill.yaml and a .gitignore. Throws WB_PROJECT_EXISTS, WB_CONFIG_INVALID. */
export function createProject(wanted: NewProject): Project {
  const path = join(wanted.folder, CONFIG);
  if (existsSync(path)) {
    throw new WaybillError('WB_PROJECT_EXISTS', `${path} is already there.`, {
      next: 'Choose another folder, or work on with the project that is there.',
    });
  }
  const config: ProjectConfig = {
    version: 1,
    source: {
      type: wanted.source,
      ...(wanted.exportPath !== undefined && { export: resolve(wanted.exportPath) }),
      ...(wanted.api && { api: wanted.api }),
      ...(wanted.connectorPath !== undefined && { connector: resolve(wanted.connectorPath) }),
    },
    environments: { [wanted.env]: { url: wanted.url, db: wanted.db, login: wanted.login } },
  };
  const text = `# One migration. No secret belongs in here: the keys come from WAYBILL_ODOO_API_KEY and WAYBILL_SOURCE_API_KEY.\n${stringify(config)}`;
  parseConfig(text);
  mkdirSync(wanted.folder, { recursive: true });
  writeFileSync(join(wanted.folder, '.gitignore'), '.waybill/\nreports/\nhandoff/\n');
  writeFileSync(path, text);
  return openProject(wanted.folder);
}

/** The environment named, or the only one. */
export function environmentOf(
  project: Project,
  name?: string,
): { readonly env: string; readonly config: EnvironmentConfig } {
  const names = Object.keys(project.config.environments);
  const env =
    name ??
    (names.length === 1 ? names[0] : names.includes('production') ? 'production' : undefined);
  const config = env === undefined ? undefined : project.config.environments[env];
  if (env !== undefined && config) return { env, config };
  throw new WaybillError('WB_USAGE', `There is no environment "${name ?? ''}" in waybill.yaml.`, {
    next: `Choose one with --env: ${names.join(', ')}`,
  });
}

export function decisionsOf(project: Project): SourceDecisions {
  const { files, columns, encodings, tables } = project.config.source;
  return {
    ...(files && { files }),
    ...(columns && { columns }),
    ...(encodings && { encodings }),
    ...(tables && { tables }),
  };
}

type Secrets = Readonly<Record<string, string | undefined>>;

/** Throws WB_KEY_MISSING. `secrets` is the process's environment; it comes before the keychain. */
export function apiKeyOf(
  env: string,
  secrets: Secrets,
  command: readonly string[] | undefined,
): string {
  const own = `WAYBILL_ODOO_API_KEY_${env.toUpperCase().replace(/-/g, '_')}`;
  const key = secrets[own] ?? secrets['WAYBILL_ODOO_API_KEY'];
  if (key) return key;
  if (command) return keyFrom(command, `environments.${env}.keyCommand`);
  throw new WaybillError('WB_KEY_MISSING', `No API key for the Odoo environment "${env}".`, {
    next: `Make one in Odoo (Preferences, Account Security, New API Key), then: export WAYBILL_ODOO_API_KEY=…   (or ${own} for this environment alone; or environments.${env}.keyCommand in waybill.yaml for a keychain)`,
  });
}

/** Throws WB_KEY_MISSING. */
export function sourceKeyOf(secrets: Secrets, command: readonly string[] | undefined): string {
  const key = secrets['WAYBILL_SOURCE_API_KEY']?.trim();
  if (key) return key;
  if (command) return keyFrom(command, 'source.api.keyCommand');
  throw new WaybillError('WB_KEY_MISSING', "No API key for the source's API.", {
    next: 'Look it up in the settings of the CRM, then: export WAYBILL_SOURCE_API_KEY=…   (or source.api.keyCommand in waybill.yaml for a keychain)',
  });
}

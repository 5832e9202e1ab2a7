/** Looks at everything a run needs and says what would go wrong, before it does. Each check stands alone. */
import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { isWaybillError, type ExitCode } from '../core/errors.ts';
import type { Inspection } from '../source/source.ts';
import { checkMapping, inspectionColumns } from './mapping.ts';
import { NEEDED_MODELS } from './migrate.ts';
import { sourceNotice } from './scope.ts';
import { openSource, withOdoo, type Connection, type Faces, type Session } from './session.ts';

export interface Check {
  readonly verdict: 'ok' | 'warn' | 'fail';
  readonly what: string;
  readonly next?: string;
  readonly exit?: ExitCode;
}

export async function doctor(session: Session, faces: Faces, env?: string): Promise<Check[]> {
  return [
    ...checkStore(session),
    ...(await guarded('Disk', () => checkDisk(session))),
    ...(await guarded('Source', () => checkSource(session))),
    ...(await guarded('Source', () => checkUnchanged(session))),
    ...(await guarded('Mapping', () => Promise.resolve(checkMapped(session)))),
    ...(await guarded('Odoo', () =>
      withOdoo(session, faces, env, (connection) => checkOdoo(connection, session.signal)),
    )),
  ];
}

async function guarded(what: string, check: () => Promise<Check[]>): Promise<Check[]> {
  try {
    return await check();
  } catch (error) {
    if (!isWaybillError(error)) throw error;
    return [
      {
        verdict: 'fail',
        what: `${what}: ${error.message}`,
        ...(error.next && { next: error.next }),
        exit: error.exit,
      },
    ];
  }
}

function checkStore(session: Session): Check[] {
  const faults = session.store.integrity();
  if (faults.length === 0) return [{ verdict: 'ok', what: 'Store: SQLite finds it whole.' }];
  return [
    {
      verdict: 'fail',
      what: `Store: ${faults.slice(0, 3).join('; ')}`,
      next: 'Restore .waybill/store.db from a backup; Odoo itself is not harmed.',
      exit: 1,
    },
  ];
}

const MEGABYTE = 1024 ** 2;
/** Staging, plan and ledger hold every value up to three times, the log and the reports come on top. */
const SPACE_FACTOR = 6;
const SPACE_LEAST = 100 * MEGABYTE;

async function checkDisk({ project, store }: Session): Promise<Check[]> {
  const inspection = store.runs.meta<Inspection | null>('inspection');
  const bytes = (inspection?.files ?? []).reduce((sum, file) => sum + file.bytes, 0);
  const { bavail, bsize } = await statfs(project.folder);
  const [free, wanted] = [bavail * bsize, Math.max(SPACE_LEAST, bytes * SPACE_FACTOR)];
  const what = `Disk: ${Math.floor(free / MEGABYTE)} MB free for the project folder`;
  if (free >= wanted) return [{ verdict: 'ok', what: `${what}.` }];
  return [
    {
      verdict: 'warn',
      what: `${what}; ${Math.ceil(wanted / MEGABYTE)} MB may be needed.`,
      next: 'Free some space, or move the project folder to a larger disk.',
    },
  ];
}

async function checkUnchanged(session: Session): Promise<Check[]> {
  if (!session.store.runs.meta('inspection')) return [];
  const notice = await sourceNotice(session);
  return notice === null ? [] : [{ verdict: 'warn', what: `Source: ${notice}` }];
}

function checkMapped(session: Session): Check[] {
  if (!existsSync(session.project.mappingPath))
    return [{ verdict: 'ok', what: 'Mapping: none yet; waybill map proposes one.' }];
  const { approvedBy } = checkMapping(session, inspectionColumns(session));
  if (approvedBy !== null) return [{ verdict: 'ok', what: `Mapping: approved by ${approvedBy}.` }];
  return [
    {
      verdict: 'warn',
      what: 'Mapping: mapping.yaml as it stands is not approved.',
      next: 'Read mapping.yaml, then: waybill map --approve --by "<your name>"',
    },
  ];
}

async function checkSource(session: Session): Promise<Check[]> {
  const source = openSource(session);
  if (source.probe)
    return (await source.probe(session.signal)).map((text): Check => ({
      verdict: 'ok',
      what: `Source: ${text}`,
    }));
  const { files, skipped, notices } = await source.inspect(session.signal);
  return [
    ...files.map((file): Check => ({
      verdict: file.confidence < 0.8 ? 'warn' : 'ok',
      what: `Source: ${file.path} holds ${file.rows} ${file.object} rows (${file.encoding}; ${file.reason}).`,
    })),
    ...skipped.map((file): Check => ({
      verdict: 'warn',
      what: `Source: ${file.path} is left out: ${file.reason}`,
    })),
    ...notices.map((text): Check => ({ verdict: 'warn', what: `Source: ${text}` })),
  ];
}

export async function checkOdoo(
  { destination, facts, env, url }: Connection,
  signal: AbortSignal,
): Promise<Check[]> {
  const survey = await destination.survey(facts, signal);
  const checks: Check[] = [
    {
      verdict: 'ok',
      what: `Odoo (${env}): ${facts.version} ${facts.edition}, through ${facts.transport}, as ${facts.user.login}.`,
    },
  ];
  checks.push(
    checkHosting(url),
    checkApps(facts),
    ...checkRights(survey.lacking, facts.user.login),
  );
  checks.push({ verdict: 'ok', what: `Odoo: languages: ${survey.languages.join(', ')}.` });
  if (facts.expires)
    checks.push({
      verdict: 'warn',
      what: `Odoo: this database expires on ${facts.expires}.`,
      next: 'A trial can lose API access in the middle of a run: settle the subscription first.',
    });
  if (facts.edition === 'community' && facts.modules.includes('web_enterprise'))
    checks.push({
      verdict: 'warn',
      what: 'Odoo: Enterprise modules are named in a Community database.',
    });
  if (survey.automations > 0)
    checks.push({
      verdict: 'warn',
      what: `Odoo: ${survey.automations} automation rule(s) are active and may act on what is loaded.`,
      next: 'Switch off those that mail customers for the time of the run.',
    });
  if (survey.mailServers > 0)
    checks.push({
      verdict: 'ok',
      what: `Odoo: ${survey.mailServers} outgoing mail server(s); the run sends nothing.`,
    });
  if (facts.major < 19)
    checks.push({
      verdict: 'ok',
      what: `Odoo: version ${facts.major} speaks JSON-RPC, which Odoo 22 drops.`,
    });
  checks.push({
    verdict: 'ok',
    what: `Odoo: ${survey.contacts} contacts are there already.`,
  });
  return checks;
}

function checkHosting(url: string): Check {
  const { hostname } = new URL(url);
  if (!hostname.endsWith('.odoo.com'))
    return { verdict: 'ok', what: `Odoo: on a server that is not Odoo's own (${hostname}).` };
  return {
    verdict: 'warn',
    what: `Odoo: hosted by Odoo (${hostname}): calls are limited, and on Odoo Online only the Custom plan has the external API.`,
    next: 'Keep the plan until the handoff; do not let the version be changed between sample and run.',
  };
}

function checkApps({ modules, user }: Connection['facts']): Check {
  if (modules.includes('crm')) return { verdict: 'ok', what: 'Odoo: the CRM app is installed.' };
  if (modules.length === 0)
    return {
      verdict: 'warn',
      what: `Odoo: ${user.login} may not see which apps are installed, so it is not known whether CRM is.`,
    };
  return {
    verdict: 'fail',
    what: 'Odoo: the CRM app is not installed.',
    next: 'Install CRM in Odoo (Apps).',
    exit: 5,
  };
}

/** What a run needs is a failure; a right that only some options use is worth a look. */
function checkRights(lacking: readonly string[], login: string): Check[] {
  if (lacking.length === 0)
    return [{ verdict: 'ok', what: 'Odoo: the user has every right that is needed.' }];
  const needed = lacking.filter((model) => NEEDED_MODELS.includes(model));
  const other = lacking.filter((model) => !NEEDED_MODELS.includes(model));
  const text = (models: readonly string[]): string =>
    `Odoo: the user ${login} may not create, change or delete ${models.join(', ')}.`;
  return [
    ...(needed.length > 0
      ? [
          {
            verdict: 'fail',
            what: text(needed),
            next: 'Give the user the access right Administration: Settings (and Contact Creation), or use the key of one who has it.',
            exit: 5,
          } as const,
        ]
      : []),
    ...(other.length > 0 ? [{ verdict: 'warn', what: text(other) } as const] : []),
  ];
}

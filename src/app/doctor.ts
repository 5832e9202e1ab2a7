/** Looks at everything a run needs and says what would go wrong, before it does. Each check stands alone. */
import { isWaybillError, type ExitCode } from '../core/errors.ts';
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
    ...(await guarded('Source', () => checkSource(session))),
    ...(await guarded('Odoo', () =>
      withOdoo(session, faces, env, (connection) => Promise.resolve(checkOdoo(connection))),
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

async function checkSource(session: Session): Promise<Check[]> {
  const { files, skipped, notices } = await openSource(session).inspect(session.signal);
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

export function checkOdoo({ facts, env }: Connection): Check[] {
  const checks: Check[] = [
    {
      verdict: 'ok',
      what: `Odoo (${env}): ${facts.version} ${facts.edition}, through ${facts.transport}, as ${facts.user.login}.`,
    },
  ];
  checks.push(
    facts.modules.includes('crm')
      ? { verdict: 'ok', what: 'Odoo: the CRM app is installed.' }
      : {
          verdict: 'fail',
          what: 'Odoo: the CRM app is not installed.',
          next: 'Install CRM in Odoo (Apps).',
          exit: 5,
        },
  );
  const lacking = Object.entries(facts.rights)
    .filter(([, right]) => !right.create || !right.write || !right.unlink)
    .map(([model]) => model);
  checks.push(
    lacking.length === 0
      ? { verdict: 'ok', what: 'Odoo: the user has every right that is needed.' }
      : {
          verdict: 'fail',
          what: `Odoo: the user may not create, change or delete ${lacking.join(', ')}.`,
          next: 'Give the user Administration: Settings, or use the key of one who has it.',
          exit: 5,
        },
  );
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
  if (facts.automations > 0)
    checks.push({
      verdict: 'warn',
      what: `Odoo: ${facts.automations} automation rule(s) are active and may act on what is loaded.`,
      next: 'Switch off those that mail customers for the time of the run.',
    });
  if (facts.mailServers > 0)
    checks.push({
      verdict: 'ok',
      what: `Odoo: ${facts.mailServers} outgoing mail server(s); the run sends nothing.`,
    });
  if (facts.major < 19)
    checks.push({
      verdict: 'ok',
      what: `Odoo: version ${facts.major} speaks JSON-RPC, which Odoo 22 drops.`,
    });
  checks.push({
    verdict: 'ok',
    what: `Odoo: ${facts.counts['res.partner'] ?? 0} contacts are there already.`,
  });
  return checks;
}

/** What a person is told of an Odoo before a run, and what the user may do in it. Tolerant, as the facts are. */
import { isWaybillError } from '../../core/errors.ts';
import type {
  Destination,
  DestinationFacts,
  DestinationSurvey,
  OdooRow,
  Operation,
} from '../destination.ts';
import type { Call } from './transport.ts';

const RIGHTS = [
  'res.partner',
  'res.partner.category',
  'res.users',
  'mail.message',
  'mail.activity',
  'mail.blacklist',
  'mail.template',
  'calendar.event',
  'crm.lead',
  'crm.lost.reason',
  'crm.stage',
  'crm.tag',
  'crm.team',
  'utm.campaign',
  'ir.attachment',
  'ir.model',
  'ir.model.fields',
  'ir.model.fields.selection',
  'ir.model.access',
  'ir.ui.view',
  'ir.model.data',
];

export async function readSurvey(
  { find, count, lacking }: Pick<Destination, 'find' | 'count' | 'lacking'>,
  { modules }: DestinationFacts,
  signal?: AbortSignal,
): Promise<DestinationSurvey> {
  const all = (model: string, domain: Parameters<typeof find>[1], name: string) =>
    orEmpty(() => find(model, domain, [name], {}, signal));
  const active = [['active', '=', true]] as const;
  const languages = await all('res.lang', active, 'code');
  const companies = await all('res.company', [], 'name');
  const mailServers = await all('ir.mail_server', active, 'id');
  const automations = modules.includes('base_automation')
    ? await all('base.automation', active, 'id')
    : [];
  return {
    languages: languages.map((one) => String(one['code'])),
    companies: companies.map((one) => ({ id: one.id, name: String(one['name']) })),
    lacking: await lacking(RIGHTS, ['create', 'write', 'unlink'], signal),
    contacts: await orNone(() => count('res.partner', [], signal), 0),
    mailServers: mailServers.length,
    automations: automations.length,
  };
}

const FIRST_HAS_ACCESS = 18;

export async function readLacking(
  read: Call,
  major: number,
  models: readonly string[],
  operations: readonly Operation[],
  signal?: AbortSignal,
): Promise<string[]> {
  const may = async (model: string, operation: Operation): Promise<boolean> => {
    const call =
      major >= FIRST_HAS_ACCESS
        ? { model, method: 'has_access', ids: [], args: { operation } }
        : { model, method: 'check_access_rights', args: { operation, raise_exception: false } };
    return (await orNone(() => read(call, signal), false)) === true;
  };
  const answers = await Promise.all(
    models.map(async (model) => {
      for (const operation of operations) if (!(await may(model, operation))) return [model];
      return [];
    }),
  );
  return answers.flat();
}

/** What Odoo refuses to say is not known; what a moment's trouble kept from us is asked for again. */
async function orNone<T, N>(work: () => Promise<T>, none: N): Promise<T | N> {
  try {
    return await work();
  } catch (error) {
    if (isWaybillError(error) && error.class !== 'retriable') return none;
    throw error;
  }
}

export async function orEmpty(work: () => Promise<OdooRow[]>): Promise<OdooRow[]> {
  try {
    return await work();
  } catch (error) {
    if (
      isWaybillError(error) &&
      ['WB_ODOO_RIGHTS', 'WB_ODOO_MODULE', 'WB_ODOO_RECORD'].includes(error.code)
    )
      return [];
    throw error;
  }
}

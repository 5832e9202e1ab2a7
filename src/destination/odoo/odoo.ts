/** A real Odoo behind the Destination contract, 14 to 19, through whichever transport it speaks. */
import { isWaybillError } from '../../core/errors.ts';
import { makePace } from '../../lib/pace.ts';
import { registerSecret } from '../../lib/redact.ts';
import { retry, type Verdict } from '../../lib/retry.ts';
import type {
  Destination,
  Domain,
  FieldInfo,
  FindOptions,
  LoadResult,
  OdooRow,
  OdooValues,
} from '../destination.ts';
import { openTransport } from './connect.ts';
import { readFacts } from './facts.ts';
import { readFields, type Fields } from './fields.ts';
import { pacedTransport, type OdooAddress, type OdooCall, type Transport } from './transport.ts';
import { fromOdoo, toOdoo } from './values.ts';

export interface OdooOptions extends OdooAddress {
  readonly transport?: 'json2' | 'jsonrpc';
  /** Longer than Odoo's limit_time_real (120 s), so that Odoo gives up first and the outcome is known. */
  readonly timeoutMs?: number;
  /** Calls at once. More than Odoo has workers only wait in its queue. */
  readonly concurrency?: number;
  readonly pauseMs?: number;
}

const TIMEOUT_MS = 180_000;
const CONCURRENCY = 4;
const READ_AT_ONCE = 1_000;
const FIND_AT_ONCE = 2_000;

/** Dates come and go in UTC, texts as the source wrote them. */
export const READING = { tz: 'UTC', lang: 'en_US' };

/**
 * Nobody is told and nothing is logged: no "Contact created" note, no follower, no tracking, no invitation
 * (mail/models/mail_thread.py, base/models/res_users.py; on a real 19 that alone makes creating 1.4 times as fast).
 *
 * `_partners_skip_fields_sync` (base/models/res_partner.py, `create`, the same in 14 and 19): without it Odoo
 * copies the parent's address and commercial fields (VAT …) over the new contact's own, and the first contact's
 * address onto a company that has none: values lost silently. It holds for `create` only: a `write` of
 * `parent_id`, or of a company's address, copies as ever, and so does `load`. So give a parent at creation.
 */
const QUIET = {
  ...READING,
  tracking_disable: true,
  mail_create_nolog: true,
  mail_create_nosubscribe: true,
  mail_notrack: true,
  mail_auto_subscribe_no_notify: true,
  mail_notify_force_send: false,
  mail_activity_automation_skip: true,
  no_reset_password: true,
  _partners_skip_fields_sync: true,
};

/** Throws WB_ODOO_UNREACHABLE, WB_ODOO_NOT_ODOO, WB_ODOO_DATABASE, WB_ODOO_LOGIN. */
export async function connectOdoo(options: OdooOptions): Promise<Destination> {
  registerSecret(options.apiKey);
  const { concurrency = CONCURRENCY, pauseMs = 0, timeoutMs = TIMEOUT_MS } = options;
  const transport = await openTransport(options, options.transport, timeoutMs);
  return odooDestination(pacedTransport(transport, makePace({ concurrency, pauseMs })), options);
}

/** Reads may be repeated; a write goes out once, and its caller decides. */
type Call = (call: OdooCall, signal?: AbortSignal) => Promise<unknown>;

function odooDestination(transport: Transport, { login }: OdooAddress): Destination {
  const read: Call = (call, signal) => retry(() => transport.call(call, signal), again, signal);
  const write: Call = (call, signal) => transport.call({ context: QUIET, ...call }, signal);
  const { fields, forgetSchema } = schemaCache(read);
  const find = finder(read, fields);
  return {
    fields,
    forgetSchema,
    find,
    read: (model, ids, names, signal) => readByIds(find, model, ids, names, signal),
    facts: (signal) => readFacts({ transport, login, find, read }, signal),
    async count(model, domain, signal) {
      const context = { active_test: false };
      return Number(
        await read({ model, method: 'search_count', args: { domain }, context }, signal),
      );
    },
    async create(model, records, signal) {
      if (records.length === 0) return [];
      const filled = await withDefaults(model, records, fields, signal);
      const args = { vals_list: filled.map(toOdoo) };
      const ids = await write({ model, method: 'create', args }, signal);
      return [ids].flat().map(Number);
    },
    async write(model, ids, values, signal) {
      if (ids.length === 0 || Object.keys(values).length === 0) return;
      await write({ model, method: 'write', ids, args: { vals: toOdoo(values) } }, signal);
    },
    async remove(model, ids, signal) {
      const unlink = async (there: readonly number[]): Promise<void> => {
        const context = { ...QUIET, ...(await unlinkContext(find, model, there, signal)) };
        await write({ model, method: 'unlink', ids: there, context }, signal);
      };
      await removeThere((some) => existing(find, model, some, signal), unlink, ids);
    },
    async load(model, columns, rows, signal) {
      const args = { fields: columns, data: rows };
      return loadResult(await write({ model, method: 'load', args }, signal));
    },
    close: () => transport.close(),
  };
}

const again = (error: unknown): Verdict => {
  if (!isWaybillError(error) || error.class !== 'retriable') return false;
  const wait = error.data['retryAfterMs'];
  return typeof wait === 'number' ? { afterMs: wait } : {};
};

/** Asked once per model, also by callers that ask at the same moment. */
function schemaCache(read: Call): Pick<Destination, 'fields' | 'forgetSchema'> {
  const known = new Map<string, Promise<Fields>>();
  return {
    forgetSchema: () => known.clear(),
    fields(model, signal) {
      const have = known.get(model) ?? readFields(read, model, signal);
      known.set(model, have);
      have.catch(() => known.delete(model));
      return have;
    },
  };
}

function finder(read: Call, fields: Destination['fields']): Destination['find'] {
  return async (model, domain, names, options = {}, signal) => {
    const info = await fields(model, signal);
    const context = { ...READING, active_test: options.archived === false };
    const page = async (args: Record<string, unknown>): Promise<OdooRow[]> => {
      const call = { model, method: 'search_read', args: { fields: names, ...args }, context };
      const rows = (await read(call, signal)) as Record<string, unknown>[];
      return rows.map((row) => fromOdoo(row, info));
    };
    return allPages(page, domain, options);
  };
}

type Page = (args: Record<string, unknown>) => Promise<OdooRow[]>;

async function allPages(page: Page, domain: Domain, options: FindOptions): Promise<OdooRow[]> {
  const { limit, offset = 0, order = 'id' } = options;
  if (limit !== undefined) return page({ domain, limit, offset, order });
  // By id, not by offset, where the order allows it: records that come or go meanwhile shift no page.
  const byId = order === 'id' && offset === 0;
  const rows: OdooRow[] = [];
  for (;;) {
    const next = byId
      ? { domain: after(domain, rows.at(-1)), order }
      : { domain, order, offset: offset + rows.length };
    const some = await page({ ...next, limit: FIND_AT_ONCE });
    for (const row of some) rows.push(row);
    if (some.length < FIND_AT_ONCE) return rows;
  }
}

/** Odoo joins the parts of a domain by "and", so a condition may simply follow. */
const after = (domain: Domain, last: OdooRow | undefined): Domain =>
  last ? [...domain, ['id', '>', last.id]] : domain;

/** In parts: thousands of ids in one condition make PostgreSQL and the request slow. */
async function readByIds(
  find: Destination['find'],
  model: string,
  ids: readonly number[],
  names: readonly string[],
  signal?: AbortSignal,
): Promise<OdooRow[]> {
  const rows: OdooRow[] = [];
  const unique = [...new Set(ids)];
  for (let at = 0; at < unique.length; at += READ_AT_ONCE) {
    const some = unique.slice(at, at + READ_AT_ONCE);
    const options = { limit: READ_AT_ONCE, order: 'id' };
    for (const row of await find(model, [['id', 'in', some]], names, options, signal))
      rows.push(row);
  }
  return rows;
}

async function existing(
  find: Destination['find'],
  model: string,
  ids: readonly number[],
  signal?: AbortSignal,
): Promise<number[]> {
  const rows = await readByIds(find, model, ids, ['id'], signal);
  return rows.map((row) => row.id);
}

/** Odoo refuses to unlink when a single id is gone (MissingError): somebody may have been faster, so look again once. */
async function removeThere(
  there: (ids: readonly number[]) => Promise<number[]>,
  unlink: (ids: readonly number[]) => Promise<unknown>,
  ids: readonly number[],
): Promise<void> {
  const found = await there(ids);
  if (found.length === 0) return;
  try {
    await unlink(found);
  } catch (error) {
    const left = isWaybillError(error, 'WB_ODOO_RECORD') ? await there(found) : found;
    if (left.length === found.length) throw error;
    if (left.length > 0) await unlink(left);
  }
}

/**
 * A manual field of res.partner is listed a second time for res.users, which inherits it, with state `base`. 19
 * removes that row with the field; 14 leaves it behind, refuses to unlink it ("contains module data"), and because
 * of it refuses to unlink the model it points at. `_force_unlink` is Odoo's own flag for uninstalling a module
 * (base/models/ir_model.py, MODULE_UNINSTALL_FLAG). Never for a field that is not named x_…: its column would go.
 */
async function unlinkContext(
  find: Destination['find'],
  model: string,
  ids: readonly number[],
  signal?: AbortSignal,
): Promise<Record<string, unknown>> {
  if (model !== 'ir.model.fields') return {};
  const rows = await find(model, [['id', 'in', ids]], ['name', 'state'], {}, signal);
  const left = rows.every((row) => row['state'] === 'base' && String(row['name']).startsWith('x_'));
  return left ? { _force_unlink: true } : {};
}

/**
 * mail.message.create computes, one by one, what it is not given (mail/models/mail_message.py): reply_to costs
 * a search for every message, record_name (14) a read of the record. Empty is given instead: nobody answers an
 * imported note by mail. On a real 19 this alone makes creating five times as fast.
 */
async function withDefaults(
  model: string,
  records: readonly OdooValues[],
  fields: Destination['fields'],
  signal?: AbortSignal,
): Promise<readonly OdooValues[]> {
  if (model !== 'mail.message') return records;
  const info: Readonly<Record<string, FieldInfo>> = await fields(model, signal);
  const names = ['reply_to', 'record_name', 'email_from'].filter((name) => name in info);
  const empty = Object.fromEntries(names.map((name) => [name, null]));
  return records.map((record) => ({ ...empty, ...record }));
}

interface RawLoad {
  readonly ids?: readonly number[] | false;
  readonly messages?: readonly {
    record?: number;
    rows?: { from: number };
    field?: string;
    message?: string;
  }[];
}

function loadResult(raw: unknown): LoadResult {
  const { ids, messages } = raw as RawLoad;
  return {
    ids: ids ? ids : null,
    messages: (messages ?? []).map((one) => ({
      row: one.record ?? one.rows?.from ?? 0,
      field: one.field ?? '',
      text: one.message ?? '',
    })),
  };
}

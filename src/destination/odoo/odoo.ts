/** A real Odoo behind the Destination contract, 14 to 19, through whichever transport it speaks. */
import { isWaybillError } from '../../core/errors.ts';
import { registerSecret } from '../../lib/redact.ts';
import { retry } from '../../lib/retry.ts';
import type { Destination, Domain, FieldInfo, FindOptions, LoadResult, OdooRow, OdooValues } from '../destination.ts';
import { openTransport } from './connect.ts';
import { readFacts } from './facts.ts';
import type { OdooAddress, OdooCall, Transport } from './transport.ts';
import { fromOdoo, toOdoo } from './values.ts';

export interface OdooOptions extends OdooAddress {
  readonly transport?: 'json2' | 'jsonrpc';
  /** Longer than Odoo's limit_time_real (120 s), so that Odoo gives up first and the outcome is known. */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 180_000;
const READ_AT_ONCE = 1_000;
const FIND_AT_ONCE = 2_000;

/** Dates come and go in UTC, texts as the source wrote them. */
const READING = { tz: 'UTC', lang: 'en_US' };

/**
 * Nobody is told and nothing is logged: no "Contact created" note, no follower, no tracking, no invitation
 * (addons/mail/models/mail_thread.py; base/models/res_users.py). `_partners_skip_fields_sync`: without it
 * res.partner.create copies a parent's address over the contact's own, and the first contact's address onto
 * its company (base/models/res_partner.py, _fields_sync and _handle_first_contact_creation): values lost silently.
 */
const QUIET = {
  ...READING, tracking_disable: true, mail_create_nolog: true, mail_create_nosubscribe: true, mail_notrack: true, no_reset_password: true, mail_auto_subscribe_no_notify: true, _partners_skip_fields_sync: true,
};

/** Throws WB_ODOO_UNREACHABLE, WB_ODOO_NOT_ODOO, WB_ODOO_DATABASE, WB_ODOO_LOGIN. */
export async function connectOdoo(options: OdooOptions): Promise<Destination> {
  registerSecret(options.apiKey);
  const transport = await openTransport(options, options.transport, options.timeoutMs ?? TIMEOUT_MS);
  return odooDestination(transport, options.login);
}

function odooDestination(transport: Transport, login: string): Destination {
  const known = new Map<string, Promise<Readonly<Record<string, FieldInfo>>>>();
  /** Reads may be repeated; a write goes out once, and its caller decides. */
  const read = (call: OdooCall, signal?: AbortSignal): Promise<unknown> => retry(() => transport.call(call, signal), again, signal);
  const write = (call: OdooCall, signal?: AbortSignal): Promise<unknown> => transport.call({ context: QUIET, ...call }, signal);

  const fields = (model: string, signal?: AbortSignal): Promise<Readonly<Record<string, FieldInfo>>> => {
    const have = known.get(model) ?? readFields(read, model, signal);
    known.set(model, have);
    have.catch(() => known.delete(model));
    return have;
  };

  const find = async (model: string, domain: Domain, names: readonly string[], options: FindOptions = {}, signal?: AbortSignal): Promise<OdooRow[]> => {
    const info = await fields(model, signal);
    const context = { ...READING, active_test: options.archived === false };
    const rows: OdooRow[] = [];
    // Paging by id, not by offset: records that come or go meanwhile shift no page.
    const paged = options.limit === undefined && options.order === undefined;
    for (;;) {
      const from: Domain = paged && rows.length > 0 ? [...domain, ['id', '>', rows.at(-1)?.id]] : domain;
      const args = { domain: from, fields: names, ...(paged ? { limit: FIND_AT_ONCE, order: 'id' } : { limit: options.limit ?? null, offset: options.offset ?? 0, order: options.order ?? 'id' }) };
      const page = (await read({ model, method: 'search_read', args, context }, signal)) as Record<string, unknown>[];
      for (const row of page) rows.push(fromOdoo(row, info));
      if (!paged || page.length < FIND_AT_ONCE) return rows;
    }
  };

  return {
    fields,
    find,
    facts: (signal) => readFacts({ transport, login, find, fields, read }, signal),
    forgetSchema: () => known.clear(),
    count: async (model, domain, signal) => Number(await read({ model, method: 'search_count', args: { domain }, context: { active_test: false } }, signal)),
    async read(model, ids, names, signal) {
      const rows: OdooRow[] = [];
      const unique = [...new Set(ids)];
      for (let at = 0; at < unique.length; at += READ_AT_ONCE) rows.push(...(await find(model, [['id', 'in', unique.slice(at, at + READ_AT_ONCE)]], names, { limit: READ_AT_ONCE, order: 'id' }, signal)));
      return rows;
    },
    async create(model, records, signal) {
      if (records.length === 0) return [];
      const filled = await withDefaults(model, records, fields, signal);
      const ids = await write({ model, method: 'create', args: { vals_list: filled.map(toOdoo) } }, signal);
      if (Array.isArray(ids)) return ids.map(Number);
      return [Number(ids)];
    },
    async write(model, ids, values, signal) {
      if (ids.length > 0 && Object.keys(values).length > 0) await write({ model, method: 'write', ids, args: { vals: toOdoo(values) } }, signal);
    },
    async remove(model, ids, signal) {
      const there = await find(model, [['id', 'in', ids]], ['id'], { limit: ids.length || 1, order: 'id' }, signal);
      if (there.length > 0) await write({ model, method: 'unlink', ids: there.map((one) => one.id) }, signal);
    },
    async load(model, columns, rows, signal) {
      return loadResult(await write({ model, method: 'load', args: { fields: columns, data: rows } }, signal));
    },
    close: () => transport.close(),
  };
}

const again = (error: unknown): false | { afterMs?: number } => {
  if (!isWaybillError(error) || (error.class !== 'retriable' && error.class !== 'uncertain')) return false;
  const wait = error.data['retryAfterMs'];
  return typeof wait === 'number' ? { afterMs: wait } : {};
};

type Read = (call: OdooCall, signal?: AbortSignal) => Promise<unknown>;

interface RawField {
  readonly type: string;
  readonly string?: string;
  readonly required?: boolean;
  readonly readonly?: boolean;
  readonly relation?: string;
  readonly selection?: readonly (readonly [string, string])[];
  readonly manual?: boolean;
}

async function readFields(read: Read, model: string, signal?: AbortSignal): Promise<Readonly<Record<string, FieldInfo>>> {
  const args = { attributes: ['type', 'string', 'required', 'readonly', 'relation', 'selection', 'manual'] };
  const raw = (await read({ model, method: 'fields_get', args, context: READING }, signal)) as Record<string, RawField>;
  const entries = Object.entries(raw).map(([name, field]): [string, FieldInfo] => [
    name,
    {
      type: field.type, label: field.string ?? name, required: field.required === true, readonly: field.readonly === true, relation: field.relation ?? null,
      selection: Array.isArray(field.selection) ? field.selection : [], manual: field.manual === true || name.startsWith('x_'),
    },
  ]);
  return Object.fromEntries(entries);
}

/**
 * mail.message.create computes, one by one, what it is not given: reply_to costs a search through aliases and
 * record_name a read of the record (addons/mail/models/mail_message.py). Empty is given instead: nobody answers an
 * imported note by mail. Measured: three to four times as many messages a second.
 */
async function withDefaults(model: string, records: readonly OdooValues[], fields: Destination['fields'], signal?: AbortSignal): Promise<readonly OdooValues[]> {
  if (model !== 'mail.message') return records;
  const info = await fields(model, signal);
  const empty = Object.fromEntries(['reply_to', 'record_name', 'email_from'].filter((name) => name in info).map((name) => [name, null]));
  return records.map((record) => ({ ...empty, ...record }));
}

function loadResult(raw: unknown): LoadResult {
  const { ids, messages } = raw as { ids?: number[] | false; messages?: { record?: number; rows?: { from: number }; field?: string; message?: string }[] };
  return {
    ids: Array.isArray(ids) ? ids : null,
    messages: (messages ?? []).map((one) => ({ row: one.record ?? one.rows?.from ?? 0, field: one.field ?? '', text: one.message ?? '' })),
  };
}


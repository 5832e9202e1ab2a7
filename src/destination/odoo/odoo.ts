/** A real Odoo behind the Destination contract, 14 to 19, through whichever transport it speaks. */
import { isWaybillError } from '../../core/errors.ts';
import { makePace } from '../../lib/pace.ts';
import { registerSecret } from '../../lib/redact.ts';
import { retry, type Verdict } from '../../lib/retry.ts';
import type { Destination, FieldInfo, LoadResult, NewRecord } from '../destination.ts';
import { majorOf, openTransport } from './connect.ts';
import { readFacts } from './facts.ts';
import { readFields, type Fields } from './fields.ts';
import { makeFind, readByIds, READING } from './find.ts';
import { makeRemove } from './remove.ts';
import { readLacking, readSurvey } from './survey.ts';
import { pacedTransport, type Call, type OdooAddress, type Transport } from './transport.ts';
import { toOdoo } from './values.ts';

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

/**
 * Nobody is told and nothing is logged: no "Contact created" note, no follower, no tracking, no invitation
 * (mail/models/mail_thread.py, base/models/res_users.py; on a real 19 that alone makes creating 1.4 times as fast).
 * An activity's assignee gets no mail (`mail_activity_quick_update`, mail/models/mail_activity.py), an event's
 * attendees no invitation (`no_mail_to_attendees`, calendar/models/calendar_attendee.py; `dont_notify`), its text is
 * not added to (`skip_contact_description`, calendar/models/calendar_event.py of 19), and a picture is stored
 * as it came, not scaled down to 1920 pixels (`image_no_postprocess`, base/models/ir_attachment.py of 15 and later).
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
  mail_activity_quick_update: true,
  no_mail_to_attendees: true,
  dont_notify: true,
  skip_contact_description: true,
  image_no_postprocess: true,
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
function odooDestination(transport: Transport, { login }: OdooAddress): Destination {
  const read: Call = (call, signal) => retry(() => transport.call(call, signal), again, signal);
  const write: Call = (call, signal) => transport.call({ context: QUIET, ...call }, signal);
  const { fields, forgetSchema } = schemaCache(read);
  const find = makeFind(read, fields);
  const destination: Destination = {
    fields,
    forgetSchema,
    find,
    read: (model, ids, names, signal) => readByIds(find, model, ids, names, signal),
    facts: (signal) => readFacts({ transport, login, find, read }, signal),
    survey: (facts, signal) => readSurvey(destination, facts, signal),
    lacking: (models, operations, signal) =>
      readLacking(read, majorOf(transport.version), models, operations, signal),
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
    remove: makeRemove(find, (call, signal) => transport.call(call, signal), QUIET),
    async load(model, columns, rows, signal) {
      const args = { fields: columns, data: rows };
      return loadResult(await write({ model, method: 'load', args }, signal));
    },
    close: () => transport.close(),
  };
  return destination;
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

/**
 * mail.message.create computes, one by one, what it is not given (mail/models/mail_message.py): reply_to costs
 * a search for every message, record_name (14) a read of the record. Empty is given instead: nobody answers an
 * imported note by mail. On a real 19 this alone makes creating five times as fast.
 */
async function withDefaults(
  model: string,
  records: readonly NewRecord[],
  fields: Destination['fields'],
  signal?: AbortSignal,
): Promise<readonly NewRecord[]> {
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

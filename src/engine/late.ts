/**
 * History that comes after newer history: a chatter sorts by id, so an old note loaded late would stand above newer
 * ones for good. Instead each record gets one dated summary note with everything that came late.
 */
import { isRef, type Values } from '../core/record.ts';
import type { OdooRow } from '../destination/destination.ts';
import { escapeHtml } from '../lib/html.ts';
import type { RedatedRow } from '../store/delta.ts';
import type { LedgerRow } from '../store/ledger.ts';
import type { PlannedRow } from '../store/plan.ts';
import { MERGE_NOTE_DATE } from '../mapping/mapper.ts';
import type { Context } from './context.ts';
import type { Message } from './order.ts';
import { outOfPlace, redatedHtml, withDates } from './redated.ts';

const LANES_AT_ONCE = 500;
/** What people read as history; Odoo's own lines about changed fields are not. */
const WRITTEN = ['comment', 'email', 'email_outgoing', 'sms'];

/**
 * Called when everything is in Odoo that messages hang on. Until a first full run is done, people's own history
 * makes nothing late; but where some of a chatter is there already, the rest of it may be. A delta also sees to
 * entries that the source dates otherwise by now.
 */
export async function planLateHistory(ctx: Context, run: number): Promise<number> {
  ctx.store.delta.joinLanes(ctx.env);
  claimSummaries(ctx);
  const begun = isLoaded(ctx) ? null : ctx.store.delta.chatters(ctx.env);
  const redated = Map.groupBy(
    isDelta(ctx, run) ? ctx.store.delta.redated(ctx.env) : [],
    ({ row }) => row.lane,
  );
  const open = begun?.size === 0 ? [] : ctx.store.delta.openLanes(ctx.env);
  const lanes = [...new Set([...open, ...redated.keys()])];
  let late = 0;
  for (let at = 0; at < lanes.length; at += LANES_AT_ONCE) {
    const holders = ctx.store.ledger
      .get(ctx.env, lanes.slice(at, at + LANES_AT_ONCE))
      .filter((row) => row.state === 'done')
      .filter((row) => begun?.has(`${row.model} ${row.resId}`) ?? true);
    if (holders.length > 0) late += await planLanes(ctx, run, holders, redated);
  }
  return late;
}

const isDelta = ({ store, env }: Context, run: number): boolean =>
  store.runs.list(env).find((one) => one.id === run)?.kind === 'delta';

function isLoaded({ store, env }: Context): boolean {
  const done = store.runs.list(env).findLast((one) => one.kind === 'full' && one.state === 'done');
  // What it loaded may have been taken back since.
  return done !== undefined && store.ledger.holdsOf(env, done.id);
}

async function planLanes(
  ctx: Context,
  run: number,
  holders: readonly LedgerRow[],
  redated: ReadonlyMap<string, readonly RedatedRow[]>,
): Promise<number> {
  const chatters = await chattersOf(ctx, holders);
  const now = await ctx.schema.serverTime(ctx.signal);
  let late = 0;
  for (const holder of holders) {
    const messages = chatters.get(`${holder.model} ${holder.resId}`) ?? [];
    // Whose date a person changed in Odoo, or who is gone there, is asked about like any other conflict.
    const moved = (redated.get(holder.key) ?? []).filter(({ resId, was }) =>
      messages.some(({ id, date }) => id === resId && date === was),
    );
    const stay = outOfPlace(messages, moved);
    const redatedHere = moved.filter((one) => !stay.includes(one));
    const newest = newestOf(withDates(messages, redatedHere));
    const rows = ctx.store.delta
      .missingOfLane(ctx.env, holder.key)
      .filter((row) => dateOf(row) < newest);
    if (rows.length + stay.length > 0) planSummary(ctx, run, rows, stay, now);
    late += rows.length + stay.length;
  }
  return late;
}

const newestOf = (messages: readonly Message[]): string =>
  messages.reduce((newest, { date }) => (date > newest ? date : newest), '');

const dateOf = (row: PlannedRow): string => {
  const date = row.values['date'];
  return typeof date === 'string' ? date : row.sort;
};

async function chattersOf(
  ctx: Context,
  holders: readonly LedgerRow[],
): Promise<Map<string, Message[]>> {
  const chatters = new Map<string, Message[]>();
  for (const [model, rows] of Map.groupBy(holders, (row) => row.model)) {
    const messages: OdooRow[] = await ctx.destination.find(
      'mail.message',
      [
        ['model', '=', model],
        ['res_id', 'in', rows.map((row) => row.resId)],
        ['message_type', 'in', WRITTEN],
      ],
      ['res_id', 'date'],
      {},
      ctx.signal,
    );
    for (const { id, res_id: record, date } of messages) {
      const at = `${model} ${String(record)}`;
      const known = chatters.get(at) ?? [];
      known.push({ id, date: String(date ?? '') });
      chatters.set(at, known);
    }
  }
  return chatters;
}

/** Summary and claims in one transaction: a late note is either in a summary or still to be loaded, never both. */
function planSummary(
  ctx: Context,
  run: number,
  rows: readonly PlannedRow[],
  redated: readonly RedatedRow[],
  now: string,
): void {
  const [first] = [...rows, ...redated.map(({ row }) => row)];
  if (!first) return;
  const key = `${first.lane}.late.${run}`;
  const summary: PlannedRow = {
    ...first,
    key,
    object: '',
    position: 0,
    sort: now,
    values: summaryValues(ctx, first.values, rows, redated, key, now),
  };
  ctx.store.transaction(() => {
    ctx.store.delta.addPlanned([summary]);
    ctx.store.ledger.put([
      ...rows.map((row) => claim(ctx, run, row, key)),
      ...redated.map((one) => claimDate(ctx, run, one, key)),
    ]);
    // Some waited for the record that they hang on.
    ctx.store.review.clearEnv(
      ctx.env,
      rows.map((row) => row.key),
    );
  });
}

const claim = (ctx: Context, run: number, row: PlannedRow, summary: string): LedgerRow => ({
  env: ctx.env,
  key: row.key,
  step: row.step,
  model: row.model,
  resId: 0,
  op: 'match',
  state: 'intent',
  before: { summary },
  after: {},
  xid: true,
  run,
  batch: 0,
});

/** Beside the entry's own row, which stands for the entry itself. */
const claimDate = (
  ctx: Context,
  run: number,
  { row, now }: RedatedRow,
  summary: string,
): LedgerRow => ({
  ...claim(ctx, run, row, summary),
  key: `${row.key}.dated.${run}`,
  before: { summary, redated: row.key, date: now },
});

function summaryValues(
  ctx: Context,
  like: Values,
  rows: readonly PlannedRow[],
  redated: readonly RedatedRow[],
  key: string,
  now: string,
): Values {
  const names = new Map(
    ctx.store.plan.owners().map((one) => [one.key.replace(/^owner\./, 'author.'), one.label]),
  );
  const entries = rows.map((row) => {
    const author = row.values['author_id'];
    const from = isRef(author) ? names.get(author.ref) : row.values['email_from'];
    const who = typeof from === 'string' ? `, ${escapeHtml(from)}` : '';
    const body = row.values['body'];
    const text = typeof body === 'string' ? body : '';
    // What a merged record said is no history: its note bears the day before all days.
    const dated = row.values['date'] !== MERGE_NOTE_DATE;
    return dated ? `<p><b>${dateOf(row)} UTC${who}</b></p>${text}` : text;
  });
  const head = `<p><i>Earlier history that reached Odoo on ${now} UTC, after newer entries were here already:</i></p>`;
  return {
    ...like,
    body: (entries.length > 0 ? head : '') + entries.join('') + redatedHtml(redated),
    date: now,
    message_id: `<${key}@waybill>`,
    author_id: null,
    email_from: null,
  };
}

/**
 * The late notes are in Odoo as part of their summary. A claim whose summary never came is given up; and a summary
 * that nothing claims any more, since it was taken back with everything, is not wanted again beside its notes.
 */
export function claimSummaries(ctx: Context): void {
  const claims = ctx.store.ledger
    .intents(ctx.env)
    .filter((row) => row.op === 'match' && typeof row.before['summary'] === 'string');
  ctx.store.transaction(() => {
    for (const row of claims) {
      const resId = ctx.store.ledger.resId(ctx.env, String(row.before['summary']));
      if (resId !== undefined) settleClaim(ctx, row, resId);
      else if (ctx.store.plan.byKeys([String(row.before['summary'])]).length === 0)
        ctx.store.ledger.forget(ctx.env, [row.key]);
    }
    const claimed = new Set(claims.map((row) => row.before['summary']));
    ctx.store.delta.unplan(
      ctx.store.delta.missingSummaries(ctx.env).filter((key) => !claimed.has(key)),
    );
  });
}

function settleClaim({ store, env }: Context, row: LedgerRow, resId: number): void {
  store.ledger.put([{ ...row, resId, state: 'done' }]);
  const { redated, date } = row.before;
  if (typeof redated === 'string') store.delta.settleDate(env, redated, String(date));
}

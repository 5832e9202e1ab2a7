/**
 * History that comes after newer history: a chatter sorts by id, so an old note loaded late would stand above newer
 * ones for good. Instead each record gets one dated summary note with everything that came late.
 */
import { isRef, type Values } from '../core/record.ts';
import type { OdooRow } from '../destination/destination.ts';
import { escapeHtml } from '../lib/html.ts';
import type { LedgerRow } from '../store/ledger.ts';
import type { PlannedRow } from '../store/plan.ts';
import { MERGE_NOTE_DATE } from '../mapping/mapper.ts';
import type { Context } from './context.ts';

const LANES_AT_ONCE = 500;
/** What people read as history; Odoo's own lines about changed fields are not. */
const WRITTEN = ['comment', 'email', 'email_outgoing', 'sms'];

/**
 * Called when everything is in Odoo that messages hang on. Until a first full run is done, people's own history
 * makes nothing late; but where some of a chatter is there already, the rest of it may be.
 */
export async function planLateHistory(ctx: Context, run: number): Promise<number> {
  ctx.store.delta.joinLanes(ctx.env);
  claimSummaries(ctx);
  const begun = isLoaded(ctx) ? null : ctx.store.delta.chatters(ctx.env);
  const lanes = begun?.size === 0 ? [] : ctx.store.delta.openLanes(ctx.env);
  let late = 0;
  for (let at = 0; at < lanes.length; at += LANES_AT_ONCE) {
    const holders = ctx.store.ledger
      .get(ctx.env, lanes.slice(at, at + LANES_AT_ONCE))
      .filter((row) => row.state === 'done')
      .filter((row) => begun?.has(`${row.model} ${row.resId}`) ?? true);
    if (holders.length > 0) late += await planLanes(ctx, run, holders);
  }
  return late;
}

function isLoaded({ store, env }: Context): boolean {
  const done = store.runs.list(env).findLast((one) => one.kind === 'full' && one.state === 'done');
  // What it loaded may have been taken back since.
  return done !== undefined && store.ledger.holdsOf(env, done.id);
}

async function planLanes(
  ctx: Context,
  run: number,
  holders: readonly LedgerRow[],
): Promise<number> {
  const newest = await newestMessages(ctx, holders);
  const now = await ctx.schema.serverTime(ctx.signal);
  let late = 0;
  for (const holder of holders) {
    const since = newest.get(`${holder.model} ${holder.resId}`) ?? '';
    const rows = ctx.store.delta
      .missingOfLane(ctx.env, holder.key)
      .filter((row) => dateOf(row) < since);
    if (rows.length > 0) planSummary(ctx, run, rows, now);
    late += rows.length;
  }
  return late;
}

const dateOf = (row: PlannedRow): string => {
  const date = row.values['date'];
  return typeof date === 'string' ? date : row.sort;
};

async function newestMessages(
  ctx: Context,
  holders: readonly LedgerRow[],
): Promise<Map<string, string>> {
  const newest = new Map<string, string>();
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
    for (const message of messages) {
      const at = `${model} ${String(message['res_id'])}`;
      const date = String(message['date'] ?? '');
      if (date > (newest.get(at) ?? '')) newest.set(at, date);
    }
  }
  return newest;
}

/** Summary and claims in one transaction: a late note is either in a summary or still to be loaded, never both. */
function planSummary(ctx: Context, run: number, rows: readonly PlannedRow[], now: string): void {
  const [first] = rows;
  if (!first) return;
  const key = `${first.lane}.late.${run}`;
  const summary: PlannedRow = {
    ...first,
    key,
    object: '',
    position: 0,
    sort: now,
    values: summaryValues(ctx, first.values, rows, key, now),
  };
  ctx.store.transaction(() => {
    ctx.store.delta.addPlanned([summary]);
    ctx.store.ledger.put(rows.map((row) => claim(ctx, run, row, key)));
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

function summaryValues(
  ctx: Context,
  like: Values,
  rows: readonly PlannedRow[],
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
    body: head + entries.join(''),
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
      if (resId !== undefined) ctx.store.ledger.put([{ ...row, resId, state: 'done' }]);
      else if (ctx.store.plan.byKeys([String(row.before['summary'])]).length === 0)
        ctx.store.ledger.forget(ctx.env, [row.key]);
    }
    const claimed = new Set(claims.map((row) => row.before['summary']));
    ctx.store.delta.unplan(
      ctx.store.delta.missingSummaries(ctx.env).filter((key) => !claimed.has(key)),
    );
  });
}

/** Reads back every value that was written and compares it: all of them, not a sample. Changes nothing in Odoo. */
import { STEPS } from '../core/record.ts';
import type { FieldInfo, OdooRow } from '../destination/destination.ts';
import type { LedgerRow } from '../store/ledger.ts';
import type { Verdict } from '../store/runs.ts';
import { sameValue } from './compare.ts';
import type { Context } from './context.ts';
import { isoNow } from '../lib/clock.ts';
import { stopped } from './create.ts';
import { MESSAGE, misplaced, noteMessage, type Chatters } from './order.ts';
import { isOurs, markFields } from './ours.ts';

export interface FieldCheck {
  readonly model: string;
  readonly field: string;
  readonly checked: number;
  readonly equal: number;
}
export interface Verification {
  readonly at: string;
  readonly records: number;
  readonly missing: number;
  readonly values: number;
  readonly differences: number;
  readonly fields: readonly FieldCheck[];
}

const PAGE = 1_000;

export async function verify(ctx: Context): Promise<Verification> {
  ctx.store.runs.clearVerdicts(ctx.env);
  const tally = new Map<string, { model: string; field: string; checked: number; equal: number }>();
  const chatters: Chatters = new Map();
  let records = 0;
  let missing = 0;
  for (const step of STEPS) {
    const result = await verifyStep(ctx, step, { tally, chatters });
    records += result.records;
    missing += result.missing;
  }
  verifyOrder(ctx, chatters, tally);
  const fields = [...tally.values()].sort((a, b) =>
    `${a.model}.${a.field}`.localeCompare(`${b.model}.${b.field}`),
  );
  const values = fields.reduce((sum, one) => sum + one.checked, 0);
  const verification = {
    at: isoNow(),
    records,
    missing,
    values,
    differences: values - fields.reduce((sum, one) => sum + one.equal, 0),
    fields,
  };
  ctx.store.runs.setMeta(`verification.${ctx.env}`, verification);
  return verification;
}

type Tally = Map<string, { model: string; field: string; checked: number; equal: number }>;
interface Found {
  readonly tally: Tally;
  readonly chatters: Chatters;
}

async function verifyStep(
  ctx: Context,
  step: string,
  noted: Found,
): Promise<{ records: number; missing: number }> {
  const total = ctx.store.ledger
    .counts(ctx.env)
    .filter((one) => one.step === step)
    .reduce((sum, one) => sum + one.n, 0);
  if (total === 0) return { records: 0, missing: 0 };
  ctx.emit({ type: 'step-started', step: `verify ${step}`, total });
  let [after, records, missing] = ['', 0, 0];
  for (;;) {
    if (ctx.signal.aborted) throw stopped();
    const page = ctx.store.ledger.page(ctx.env, step, after, PAGE);
    const last = page.at(-1);
    if (!last) break;
    after = last.key;
    const verdicts = await verifyPage(ctx, page, noted);
    ctx.store.runs.addVerdicts(ctx.env, verdicts);
    records += page.length;
    missing += verdicts.filter((one) => one.verdict === 'missing').length;
    ctx.emit({ type: 'step-progress', step: `verify ${step}`, done: records });
  }
  ctx.emit({ type: 'step-ended', step: `verify ${step}`, done: records });
  return { records, missing };
}

async function verifyPage(
  ctx: Context,
  page: readonly LedgerRow[],
  { tally, chatters }: Found,
): Promise<Verdict[]> {
  const model = page[0]?.model ?? '';
  const info = await ctx.destination.fields(model, ctx.signal);
  const fields = [
    ...new Set(
      page.flatMap((row) => [...Object.keys(row.after), ...Object.keys(row.untaken ?? {})]),
    ),
  ].filter((field) => field in info);
  const found = await ctx.destination.read(
    model,
    page.map((row) => row.resId),
    [...new Set([...fields, ...markFields(info), 'id'])],
    ctx.signal,
  );
  const byId = new Map(found.map((one) => [one.id, one]));
  return page.flatMap((row) => {
    const there = byId.get(row.resId);
    const ours = there && isOurs(row, there) ? there : undefined;
    if (ours) noteMessage(chatters, row, ours);
    return verifyRow(row, ours, info, tally);
  });
}

function verifyRow(
  row: LedgerRow,
  found: OdooRow | undefined,
  info: Readonly<Record<string, FieldInfo>>,
  tally: Tally,
): Verdict[] {
  if (!found)
    return [{ key: row.key, field: '', expected: 'a record', found: 'none', verdict: 'missing' }];
  const verdicts: Verdict[] = Object.entries(row.untaken ?? {}).map(([field, value]) => ({
    key: row.key,
    field,
    expected: show(value),
    found: show(found[field]),
    verdict: 'untaken',
  }));
  for (const [field, sent] of Object.entries(row.after)) {
    const equal = sameValue(info[field]?.type, sent, found[field]);
    count(tally, row.model, field, equal);
    if (!equal)
      verdicts.push({
        key: row.key,
        field,
        expected: show(sent),
        found: show(found[field]),
        verdict: 'differs',
      });
  }
  return verdicts;
}

/** Of no field, but as much a part of what was written: an old note above a newer one tells another story. */
function verifyOrder(ctx: Context, chatters: Chatters, tally: Tally): void {
  const verdicts: Verdict[] = [];
  for (const messages of chatters.values()) {
    const wrong = new Map(misplaced(messages).map((one) => [one.key, one]));
    for (const { key } of messages) count(tally, MESSAGE, ORDER, !wrong.has(key));
    for (const { key, id, date, after } of wrong.values())
      verdicts.push({
        key,
        field: ORDER,
        expected: `before the entry of ${after}`,
        found: `message ${id} of ${date} after it`,
        verdict: 'differs',
      });
  }
  ctx.store.runs.addVerdicts(ctx.env, verdicts);
}

const ORDER = 'order';

function count(tally: Tally, model: string, field: string, equal: boolean): void {
  const name = `${model}.${field}`;
  const entry = tally.get(name) ?? { model, field, checked: 0, equal: 0 };
  entry.checked++;
  if (equal) entry.equal++;
  tally.set(name, entry);
}

const show = (value: unknown): string =>
  (typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing')).slice(0, 2_000);

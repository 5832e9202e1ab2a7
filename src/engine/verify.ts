/** Reads back every value that was written and compares it: all of them, not a sample. Changes nothing in Odoo. */
import { STEPS } from '../core/record.ts';
import type { FieldInfo, OdooRow } from '../destination/destination.ts';
import type { LedgerRow } from '../store/ledger.ts';
import type { Verdict } from '../store/runs.ts';
import { sameValue } from './compare.ts';
import type { Context } from './context.ts';
import { isoNow } from '../lib/clock.ts';
import { stopped } from './create.ts';
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
  let records = 0;
  let missing = 0;
  for (const step of STEPS) {
    const result = await verifyStep(ctx, step, tally);
    records += result.records;
    missing += result.missing;
  }
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

async function verifyStep(
  ctx: Context,
  step: string,
  tally: Tally,
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
    const verdicts = await verifyPage(ctx, page, tally);
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
  tally: Tally,
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
    return verifyRow(row, there && isOurs(row, there) ? there : undefined, info, tally);
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

function count(tally: Tally, model: string, field: string, equal: boolean): void {
  const name = `${model}.${field}`;
  const entry = tally.get(name) ?? { model, field, checked: 0, equal: 0 };
  entry.checked++;
  if (equal) entry.equal++;
  tally.set(name, entry);
}

const show = (value: unknown): string =>
  (typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing')).slice(0, 2_000);

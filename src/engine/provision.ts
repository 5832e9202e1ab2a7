/** Makes in Odoo's schema what the mapping needs: the fence, custom fields, the "Migrated data" page. Idempotent. */
import { isWaybillError, type WaybillError } from '../core/errors.ts';
import type { FieldSpec, Made } from '../destination/destination.ts';
import type { LedgerRow } from '../store/ledger.ts';
import type { Context } from './context.ts';

/** Returns the names that this call made. */
export async function provision(
  ctx: Context,
  run: number,
  fields: readonly FieldSpec[],
): Promise<string[]> {
  ctx.emit({ type: 'step-started', step: 'provision', total: fields.length });
  const made: string[] = [];
  const keep = (things: readonly Made[], part: 'fence' | '' = ''): void => {
    for (const thing of things) if (rememberMade(ctx, run, thing, part)) made.push(thing.name);
  };
  // Whatever is made carries the fence.
  keep(await ctx.schema.ensureFence(ctx.store.plan.models(), ctx.signal), 'fence');
  for (const field of fields) await announce(ctx, run, field);
  try {
    keep(await ctx.schema.ensureFields(fields, ctx.signal));
  } catch (error) {
    if (didNotHappen(error)) await forgetUnmade(ctx, fields);
    throw error;
  }
  for (const [model, own] of Map.groupBy(fields, (field) => field.model)) {
    // A field that was there before has its place already, and the page must be empty when ours are taken back.
    const ours = own.filter((field) => wasMade(ctx, FIELDS, `${model}.${field.name}`));
    const names = ours.map((field) => field.name);
    // Like the fence it has a name of ours, so one that a killed run left is ours too.
    keep(await ctx.schema.ensurePage(model, names, ctx.signal), 'fence');
  }
  ctx.destination.forgetSchema();
  ctx.emit({ type: 'step-ended', step: 'provision', done: fields.length });
  return made;
}

const FIELDS = 'ir.model.fields';
const ledgerKey = (model: string, name: string): string => `provision.${model}.${name}`;

/**
 * An intent before the field is made. Without it, dying between Odoo's commit and our note would leave a field
 * that the next run takes for somebody else's, and rollback would leave it behind.
 */
async function announce(ctx: Context, run: number, field: FieldSpec): Promise<void> {
  const fields = await ctx.destination.fields(field.model, ctx.signal);
  if (field.name in fields) return;
  announceMade(ctx, run, FIELDS, `${field.model}.${field.name}`);
}

/** `name` must be unique within the model: it is how the thing is found again. */
export function announceMade(ctx: Context, run: number, model: string, name: string): void {
  const key = ledgerKey(model, name);
  if (ctx.store.ledger.get(ctx.env, [key]).length > 0) return;
  ctx.store.ledger.put([row(ctx, run, key, { model, id: 0, name, created: true }, 'intent')]);
}

/** Odoo answered, or was not even asked: the call that failed has changed nothing. */
export const didNotHappen = (error: unknown): error is WaybillError =>
  isWaybillError(error) && error.class !== 'uncertain';

/** Else a thing of this name that a person makes afterwards would be taken for ours, and go with the rollback. */
export function forgetAnnounced(ctx: Context, model: string, name: string): void {
  const key = ledgerKey(model, name);
  const open = ctx.store.ledger.get(ctx.env, [key]).filter((one) => one.state === 'intent');
  ctx.store.ledger.forget(
    ctx.env,
    open.map((one) => one.key),
  );
}

/** Fields are made many at a time, so some may be there by now: those are ours. */
async function forgetUnmade(ctx: Context, fields: readonly FieldSpec[]): Promise<void> {
  ctx.destination.forgetSchema();
  for (const { model, name } of fields) {
    const there = await ctx.destination.fields(model);
    if (!(name in there)) forgetAnnounced(ctx, FIELDS, `${model}.${name}`);
  }
}

/**
 * True when the thing is ours and new. A part of the fence is always ours: nobody else makes fields of that name.
 * Of everything else that was there before, nothing may be taken for ours: rollback would remove it.
 */
export function rememberMade(
  ctx: Context,
  run: number,
  thing: Made,
  part: 'fence' | '' = '',
): boolean {
  const key = ledgerKey(thing.model, thing.name);
  const known = ctx.store.ledger.get(ctx.env, [key])[0];
  // Taken back by another project's rollback and made anew, it has another id.
  if (known?.state === 'done' && known.resId === thing.id) return false;
  const ours = thing.created || known !== undefined || part === 'fence';
  if (ours) ctx.store.ledger.put([row(ctx, run, key, thing, 'done', part)]);
  return ours;
}

export const wasMade = (ctx: Context, model: string, name: string): boolean =>
  ctx.store.ledger.get(ctx.env, [ledgerKey(model, name)]).length > 0;

const row = (
  ctx: Context,
  run: number,
  key: string,
  thing: Made,
  state: LedgerRow['state'],
  part = '',
): LedgerRow => ({
  env: ctx.env,
  key,
  step: 'provision',
  model: thing.model,
  resId: thing.id,
  op: 'create',
  state,
  before: {},
  after: { name: thing.name, part },
  xid: true,
  run,
  batch: 0,
});

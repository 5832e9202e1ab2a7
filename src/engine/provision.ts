/** Makes in Odoo's schema what the mapping needs: the fence, custom fields, the "Migrated data" page. Idempotent. */
import { FENCE_FIELD, KEY_FIELD, type FieldSpec, type Made } from '../destination/destination.ts';
import type { LedgerRow } from '../store/ledger.ts';
import type { Context } from './context.ts';

const FENCED_MODELS = ['res.partner', 'res.partner.category', 'mail.message'];

/** Returns the names that this call made. */
export async function provision(
  ctx: Context,
  run: number,
  fields: readonly FieldSpec[],
): Promise<string[]> {
  ctx.emit({ type: 'step-started', step: 'provision', total: fields.length });
  const made: string[] = [];
  const keep = (things: readonly Made[]): void => {
    for (const thing of things) if (remember(ctx, run, thing)) made.push(thing.name);
  };
  keep(await ctx.schema.ensureFence(FENCED_MODELS, ctx.signal));
  for (const field of fields) await announce(ctx, run, field);
  keep(await ctx.schema.ensureFields(fields, ctx.signal));
  keep(
    await ctx.schema.ensurePage(
      'res.partner',
      fields.filter((field) => field.model === 'res.partner').map((field) => field.name),
      ctx.signal,
    ),
  );
  ctx.destination.forgetSchema();
  ctx.emit({ type: 'step-ended', step: 'provision', done: fields.length });
  return made;
}

const ledgerKey = (model: string, name: string): string => `provision.${model}.${name}`;

/**
 * An intent before the field is made. Without it, dying between Odoo's commit and our note would leave a field
 * that the next run takes for somebody else's, and rollback would leave it behind.
 */
async function announce(ctx: Context, run: number, field: FieldSpec): Promise<void> {
  const key = ledgerKey('ir.model.fields', `${field.model}.${field.name}`);
  if (ctx.store.ledger.get(ctx.env, [key]).length > 0) return;
  const fields = await ctx.destination.fields(field.model, ctx.signal);
  if (!(field.name in fields))
    ctx.store.ledger.put([
      row(
        ctx,
        run,
        key,
        { model: 'ir.model.fields', id: 0, name: field.name, created: true },
        'intent',
      ),
    ]);
}

/** True when the thing is ours and new. The fence's names are nobody else's, so it is always ours. */
function remember(ctx: Context, run: number, thing: Made): boolean {
  const key = ledgerKey(thing.model, thing.name);
  const known = ctx.store.ledger.get(ctx.env, [key])[0];
  if (known?.state === 'done') return false;
  const ours = thing.created || known?.state === 'intent' || isFence(thing.name);
  if (ours) ctx.store.ledger.put([row(ctx, run, key, thing, 'done')]);
  return ours;
}

const isFence = (name: string): boolean =>
  name.includes(KEY_FIELD) || name.includes(FENCE_FIELD) || name.includes('waybill');

const row = (
  ctx: Context,
  run: number,
  key: string,
  thing: Made,
  state: LedgerRow['state'],
): LedgerRow => ({
  env: ctx.env,
  key,
  step: 'provision',
  model: thing.model,
  resId: thing.id,
  op: 'create',
  state,
  before: {},
  after: { name: thing.name },
  xid: true,
  run,
  batch: 0,
});

/** Judges one record of the ledger: what undoing it means, given what Odoo holds now. Pure. */
import type { FieldInfo, OdooRow, OdooValue } from '../destination/destination.ts';
import type { LedgerRow } from '../store/ledger.ts';
import { sameValue } from './compare.ts';

export interface Judging {
  readonly info: Readonly<Record<string, FieldInfo>>;
  /** Who edited it and when, by Odoo's clock; empty: nobody. */
  readonly touched: string;
  /** Why something else needs it; empty: nothing does. */
  readonly used: string;
  /** Fields that differed at the last verification: on a record that nobody wrote since, no person changed those. */
  readonly differed: ReadonlySet<string>;
  /** Whether Odoo would copy a value of this field to other records. */
  readonly spreads: (field: string) => boolean;
}

export type Undoing =
  | { readonly kind: 'remove' }
  | { readonly kind: 'keep'; readonly reason: string }
  /** `kept`: fields that a person changed since, or that would change other records too; they are listed with `reason`. */
  | {
      readonly kind: 'restore';
      readonly values: Readonly<Record<string, OdooValue>>;
      readonly kept: readonly string[];
      readonly reason: string;
    };

export function judge(row: LedgerRow, found: OdooRow | undefined, judging: Judging): Undoing {
  if (row.op !== 'create') return restoring(row, found, judging);
  // An intent: its removal had begun already, and what differs is what that changed.
  if (!found || row.state === 'intent') return { kind: 'remove' };
  const reason = judging.used || edited(row, found, judging);
  return reason === '' ? { kind: 'remove' } : { kind: 'keep', reason };
}

function edited(row: LedgerRow, found: OdooRow, { info, touched, differed }: Judging): string {
  const changed = Object.keys(row.after).filter(
    (field) =>
      field in info &&
      (touched !== '' || !differed.has(field)) &&
      !sameValue(info[field]?.type, row.after[field], found[field]),
  );
  if (touched === '' && changed.length === 0) return '';
  const what = changed.length > 0 ? `: ${changed.join(', ')}` : '';
  return `edited by ${touched || 'somebody'}${what}`;
}

/**
 * Field by field: what we wrote and nobody changed gets its former value back, unless it has relatives by now that
 * Odoo would give it to as well; done before is fine too.
 */
function restoring(row: LedgerRow, found: OdooRow | undefined, judging: Judging): Undoing {
  const values: Record<string, OdooValue> = {};
  const changed: string[] = [];
  const spreading: string[] = [];
  for (const field of found && row.op === 'update' ? Object.keys(row.after) : []) {
    const type = judging.info[field]?.type;
    if (type === undefined) continue;
    const [before, after] = [row.before[field] as OdooValue, row.after[field] as OdooValue];
    const now = found?.[field] ?? null;
    if (type === 'many2many' || type === 'one2many') {
      const back = withoutOurs(before, after, now);
      if (!sameValue(type, back, now)) values[field] = back;
    } else if (sameValue(type, before, now)) continue;
    else if (!sameValue(type, after, now)) changed.push(field);
    else if (judging.spreads(field)) spreading.push(field);
    else values[field] = before ?? null;
  }
  const reasons = [
    changed.length > 0 ? `edited by ${judging.touched || 'somebody'}: ${changed.join(', ')}` : '',
    spreading.length > 0 ? `${SPREADING}: ${spreading.join(', ')}` : '',
  ];
  return {
    kind: 'restore',
    values,
    kept: [...changed, ...spreading],
    reason: reasons.filter(Boolean).join('; '),
  };
}

const SPREADING =
  'has a company or contacts below it since, to which Odoo would copy the former values as well';

/** What we added goes, what we took off comes back, everything else is people's. */
function withoutOurs(before: OdooValue, after: OdooValue, now: OdooValue): number[] {
  const [was, wrote, is] = [list(before), list(after), list(now)];
  const added = wrote.filter((id) => !was.includes(id));
  const removed = was.filter((id) => !wrote.includes(id));
  const back = [...is.filter((id) => !added.includes(id)), ...removed];
  return [...new Set(back)].sort((a, b) => a - b);
}

const list = (value: OdooValue): readonly number[] =>
  Array.isArray(value) ? (value as readonly number[]) : [];

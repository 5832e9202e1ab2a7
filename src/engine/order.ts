/** Whether the messages of every record stand in the order of their dates: Odoo shows a chatter by id, and by nothing else. */
import type { OdooRow } from '../destination/destination.ts';
import type { LedgerRow } from '../store/ledger.ts';

export interface Message {
  readonly id: number;
  /** As Odoo holds it: dates of one shape, so that they sort as text. */
  readonly date: string;
}
export interface OwnMessage extends Message {
  readonly key: string;
}
/** With the newest date that stands before it. */
export type Misplaced<T extends Message> = T & { readonly after: string };

/** Chatter (`model id`) -> what we wrote there. */
export type Chatters = Map<string, OwnMessage[]>;

/** What somebody moved to another record, or merged with one, differs in the record it is on, and is in no order of ours. */
export function noteMessage(chatters: Chatters, row: LedgerRow, found: OdooRow): void {
  const { model, res_id: record, date } = found;
  if (row.model !== MESSAGE || row.op !== 'create' || typeof date !== 'string') return;
  if (record !== row.after['res_id'] || model !== row.after['model']) return;
  const at = `${String(model)} ${String(record)}`;
  const known = chatters.get(at) ?? [];
  known.push({ key: row.key, id: row.resId, date });
  chatters.set(at, known);
}

export const MESSAGE = 'mail.message';

/** Those that stand after a newer one. */
export function misplaced<T extends Message>(messages: readonly T[]): Misplaced<T>[] {
  let newest = '';
  return messages
    .toSorted((a, b) => a.id - b.id)
    .flatMap((message) => {
      const after = newest;
      if (message.date >= after) newest = message.date;
      return message.date < after ? [{ ...message, after }] : [];
    });
}

/** Who said no, or whose mail bounces, is blacklisted: the new system must not write to them. */
import type { Ref } from '../core/record.ts';
import { plainToHtml } from '../lib/html.ts';
import type { Child } from './compose-child.ts';
import type { Composed } from './mapping.ts';
import type { SharedRecords } from './shared-records.ts';
import { parseBoolean } from './transforms/booleans.ts';
import { emailKey } from './transforms/emails.ts';
import { singleLine } from './transforms/text.ts';

/** The words of GetOptInStatusList. */
const NO = /opt(?:ed)?[ _-]?out|bounce|spam|complain|unsubscribe/i;
const YES = /opt(?:ed)?[ _-]?in\b/i;

/** A plain yes or no means what its column asks: "Opt Out: Yes" and "Opt In: No" are both a no. */
export function saysNo(status: string, column: string): boolean {
  const text = status.trim();
  if (text === '') return false;
  const answer = parseBoolean(text);
  if (answer === undefined) return NO.test(text) && !YES.test(text);
  return NO.test(column) ? answer : YES.test(column) && !answer;
}

/** Odoo's list knows no reason, so it stands in the entry's chatter: a bounce is not somebody's word. */
export function blacklist(
  shared: SharedRecords,
  email: string,
  reason: { readonly status: string; readonly source: string; readonly date?: string | undefined },
): Ref {
  const entry = shared.make('optouts', 'mail.blacklist', 'optout', email, { email, active: true });
  const status = reason.status.trim();
  if (status !== '' && parseBoolean(status) === undefined) note(shared, email, entry, reason);
  return entry;
}

function note(
  shared: SharedRecords,
  email: string,
  entry: Ref,
  { status, source, date }: Parameters<typeof blacklist>[2],
): void {
  const name = `${email} ${status}`;
  shared.make('notes', 'mail.message', 'reason', name, {
    model: 'mail.blacklist',
    res_id: entry,
    body: plainToHtml(`${source}: ${status}`),
    message_type: 'comment',
    subtype_id: { ref: 'subtype.note' },
    message_id: `<${shared.keyOf('reason', name)}@waybill>`,
    author_id: null,
    email_from: null,
    ...(date !== undefined && { date }),
  });
}

/** A file without a status column is a list of opt-outs. Shared, since one address may say no in many rows. */
export function composeOptout({ record, file, tools }: Child): Composed {
  const status = singleLine(file.slot(record, 'status'));
  const raw = singleLine(file.slot(record, 'email'));
  if (file.has('status') && !saysNo(status, file.columnOf('status')))
    return { planned: [], issues: [], settled: { state: 'excluded', into: 'no opt-out' } };
  const email = emailKey(raw);
  const date = tools.dates(file.order('date')).datetime(file.slot(record, 'date'));
  const reason = { status, source: tools.declaration.name, date };
  if (email !== '')
    return {
      planned: [],
      issues: [],
      settled: { state: 'merged', into: blacklist(tools.shared, email, reason).ref },
    };
  return {
    planned: [],
    issues: [
      {
        code: 'WB_VALUE_INVALID',
        message: `"${raw}" is no e-mail address, so it cannot be blacklisted.`,
        column: file.columnOf('email'),
        raw,
      },
    ],
  };
}

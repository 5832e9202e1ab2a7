/** Who said no, or whose mail bounces, is blacklisted: the new system must not write to them. */
import type { Ref } from '../core/record.ts';
import type { Child } from './compose-child.ts';
import type { Composed } from './mapping.ts';
import type { SharedRecords } from './shared-records.ts';
import { emailKey } from './transforms/emails.ts';
import { singleLine } from './transforms/text.ts';

/** The words of GetOptInStatusList; a plain yes or no is a column "opted out". */
const NO = /opt(?:ed)?[ _-]?out|bounce|spam|complain|unsubscribe|^(?:yes|true|1|x)$/i;
const YES = /opt(?:ed)?[ _-]?in\b/i;

export const saysNo = (status: string): boolean => NO.test(status) && !YES.test(status);

export const blacklist = (shared: SharedRecords, email: string): Ref =>
  shared.make('optouts', 'mail.blacklist', 'optout', email, { email, active: true });

/** A row without a status stands in a list of opt-outs. Shared, since one address may say no in many rows. */
export function composeOptout({ record, file, tools }: Child): Composed {
  const status = singleLine(file.slot(record, 'status'));
  const raw = singleLine(file.slot(record, 'email'));
  if (status !== '' && !saysNo(status))
    return { planned: [], issues: [], settled: { state: 'excluded', into: 'no opt-out' } };
  const email = emailKey(raw);
  if (email !== '')
    return {
      planned: [],
      issues: [],
      settled: { state: 'merged', into: blacklist(tools.shared, email).ref },
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

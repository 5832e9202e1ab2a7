/** A to-do as an activity on its contact; a done one arrives done. */
import type { Issue, PlannedRecord, Ref, Value } from '../core/record.ts';
import { plainToHtml } from '../lib/html.ts';
import type { Child } from './compose-child.ts';
import { asides, momentText } from './asides.ts';
import { badValue } from './compose-custom.ts';
import { composeMessage } from './compose-message.ts';
import type { Composed, Parent } from './mapping.ts';
import { parseBoolean } from './transforms/booleans.ts';
import { cleanText, singleLine } from './transforms/text.ts';

const DONE = /^(closed?|done|completed?|finished|yes|true|1)$/i;

/** Odoo's own types, by what the category says (mail/data). A letter is a to-do: Odoo has no type for paper. */
const TYPES: readonly (readonly [RegExp, string])[] = [
  [/call|phone/i, 'call'],
  [/e-?mail/i, 'email'],
  [/meet|appoint|visit/i, 'meeting'],
];
/** `true`, `1` or `x` read the same in every form of an export. */
const flag = (text: string): string => {
  const value = parseBoolean(text);
  return value === undefined ? text : value ? 'yes' : '';
};
const OPEN = /^(open|no|false|0|to ?do)$/i;
const MIDNIGHT = /[ T](00?:00(:00(\.0+)?)?|12:00(:00)? ?AM)\b/i;

interface Task {
  readonly summary: string;
  readonly text: string;
  readonly due: string;
  readonly done: string | null;
  readonly owner: Ref;
  /** As a sender: kept where nobody in Odoo is the author. */
  readonly by: string;
  readonly type: string;
}

export function composeTask(child: Child): Composed {
  const issues: Issue[] = [];
  const task = readTask(child, issues);
  const parent = child.parent ?? ownersContact(task.owner);
  if (task.due === '') return { planned: [], issues: [noDueDate(child)] };
  const keepsDone = 'date_done' in (child.tools.catalog.fields['mail.activity'] ?? {});
  const planned =
    task.done !== null && !keepsDone
      ? asMessage(child, task, parent)
      : asActivity(child, task, parent);
  return { planned: [planned], issues };
}

/** A to-do of nobody's is one's own: it stands on the contact of the user it belongs to. */
const ownersContact = (owner: Ref): Parent => ({
  model: 'res.partner',
  key: owner.ref.replace(/^owner\./, 'ownerpartner.'),
});

function readTask(child: Child, issues: Issue[]): Task {
  const { record, file, tools } = child;
  const read = (slot: string): string => singleLine(file.slot(record, slot));
  const day = (slot: string): string => {
    const text = read(slot);
    const dates = tools.dates(file.order(slot));
    // The day as it was written, on the source's own clock: a time of day after it does not count.
    const value = text === '' ? '' : (dates.date(text) ?? dates.date(text.split(/[ T]/)[0] ?? ''));
    if (value === undefined) issues.push(badValue(file.columnOf(slot), text, 'date', 'to-do'));
    return value ?? '';
  };
  const [due, completed] = [day('due_date'), day('complete_date')];
  const isDone = read('status') === '' ? completed !== '' : DONE.test(read('status'));
  // Odoo's activities have days, and no times of day.
  const timeOf = (slot: string): string =>
    /:/.test(read(slot)) && !MIDNIGHT.test(read(slot)) ? momentText(child, slot) : '';
  const details = cleanText(file.slot(record, 'details'));
  const more = [
    ['Category', TYPES.some(([test]) => test.test(read('category'))) ? '' : read('category')],
    ['Priority', priorityOf(read('priority'))],
    ['E-mail template', read('email_template')],
    ['Letter', read('letter')],
    ['Due', timeOf('due_date') || (isDone && due !== completed ? due : '')],
    ['Completed', timeOf('complete_date') || (isDone ? '' : completed)],
    ['Status', isDone || OPEN.test(read('status')) ? '' : read('status')],
    ['Milestone', read('milestone')],
    ['Mandatory', flag(read('mandatory'))],
    ['Created', momentText(child, 'created')],
    ['Created by', tools.owners.sender(read('created_by'))],
    ...asides(child),
  ].filter(([, text]) => text !== '');
  return {
    summary: read('summary') || details.split('\n')[0]?.slice(0, 100) || `To-do ${record.key}`,
    text: [details, ...more.map(([name, text]) => `${name}: ${text}`)].filter(Boolean).join('\n'),
    due: due || completed || day('created'),
    done: isDone ? completed || due || day('created') : null,
    owner: tools.owner(read('owner'), read('owner_email')) ?? { ref: 'owner.fallback' },
    by: tools.owners.sender(read('owner') || read('owner_email')),
    type: TYPES.find(([test]) => test.test(read('category')))?.[1] ?? 'todo',
  };
}

/** AllClients writes 1, 3 and 5 (AddToDo); the middle one is what everything has. */
const PRIORITIES: Readonly<Record<string, string>> = {
  '1': 'high',
  '3': '',
  '5': 'low',
  normal: '',
};
const priorityOf = (text: string): string => PRIORITIES[text.toLowerCase()] ?? text;

const noDueDate = ({ file, record }: Child): Issue => ({
  code: 'WB_VALUE_INVALID',
  message: 'The to-do has no date that can be read, and Odoo wants one.',
  column: file.columnOf('due_date'),
  raw: file.slot(record, 'due_date'),
});

function asActivity({ record, tools }: Child, task: Task, parent: Parent): PlannedRecord {
  const values: Record<string, Value> = {
    res_model_id: { ref: `model.${parent.model}` },
    res_id: { ref: parent.key },
    activity_type_id: { ref: `xml.mail.mail_activity_data_${task.type}` },
    summary: task.summary,
    note: task.text === '' ? null : plainToHtml(task.text),
    date_deadline: task.due,
    user_id: task.owner,
    ...(task.done !== null && { active: false, date_done: task.done }),
  };
  return {
    step: 'activities',
    model: 'mail.activity',
    key: tools.keyOf(record),
    object: record.object,
    position: record.position,
    lane: parent.key,
    match: '',
    values,
  };
}

/** Odoo up to 16 forgets an activity that is done and writes a message instead: so do we, dated when it was done. */
function asMessage({ record, tools }: Child, task: Task, parent: Parent): PlannedRecord {
  const body = [`To-do done: ${task.summary}`, task.text].filter(Boolean).join('\n');
  return composeMessage({
    key: tools.keyOf(record),
    record,
    parent,
    body,
    html: false,
    date: `${task.done ?? task.due} 12:00:00`,
    author: task.owner.ref.replace(/^owner\./, 'author.'),
    emailFrom: task.by,
  });
}

/** An appointment as a calendar event. Nobody is invited: see the context of destination/odoo/odoo.ts. */
import type { Issue, Ref, Value } from '../core/record.ts';
import { plainToHtml } from '../lib/html.ts';
import type { Child } from './compose-child.ts';
import type { Composed } from './mapping.ts';
import { parseBoolean } from './transforms/booleans.ts';
import type { DateReader } from './transforms/dates.ts';
import { emailKey } from './transforms/emails.ts';
import { splitList } from './transforms/lists.ts';
import { cleanText, singleLine } from './transforms/text.ts';

/** Odoo's own length of a meeting (calendar/models/calendar_event.py), where the source gives no end. */
const HOUR_MS = 3_600_000;

export function composeEvent(child: Child): Composed {
  const { record, file, parent, contacts, tools } = child;
  const read = (slot: string): string => singleLine(file.slot(record, slot));
  const span = readSpan(child);
  if ('issue' in span) return { planned: [], issues: [span.issue] };
  const people = attendeesOf(child);
  const owner = tools.owner(read('owner') || people.organiser, read('owner_email')) ?? {
    ref: 'owner.fallback',
  };
  const [contact] = read('contact') === '' ? [] : contacts.byKey(read('contact'));
  const attendees: Ref[] = [
    ...(parent?.model === 'res.partner' ? [{ ref: parent.key }] : []),
    ownerPartner(owner),
    ...(contact && contact.partner !== '' ? [{ ref: contact.partner }] : []),
    ...people.found,
  ];
  const text = describe(child, people.unknown);
  const values: Record<string, Value> = {
    name: read('subject') || firstLine(file.slot(record, 'details')) || 'Appointment',
    ...span,
    location: read('location') || null,
    // Left out where there is none: Odoo 19 writes who organises it, and that is not ours to compare.
    ...(text !== null && { description: text }),
    user_id: owner,
    partner_ids: [...new Map(attendees.map((one) => [one.ref, one])).values()],
    ...(parent?.model === 'crm.lead' && { opportunity_id: { ref: parent.key } }),
  };
  const planned = {
    step: 'events',
    model: 'calendar.event',
    key: tools.keyOf(record),
    object: record.object,
    position: record.position,
    lane: '',
    match: '',
    values,
  } as const;
  return { planned: [planned], issues: [] };
}

const ownerPartner = ({ ref }: Ref): Ref => ({ ref: ref.replace(/^owner\./, 'ownerpartner.') });

interface People {
  /** The first user among them, who takes the appointment where it names no owner. */
  readonly organiser: string;
  readonly found: readonly Ref[];
  /** Neither users nor contacts: their names stay in the text, for nobody is made up. */
  readonly unknown: readonly string[];
}

function attendeesOf({ record, file, contacts, tools }: Child): People {
  const names = splitList(file.slot(record, 'attendees'), ';');
  const users = names.filter((name) => tools.owners.knows(name));
  const found = users.flatMap((name) => tools.owners.refOf(name, '') ?? []).map(ownerPartner);
  const unknown: string[] = [];
  for (const name of names.filter((one) => !users.includes(one))) {
    const hits = [...contacts.byKey(name), ...contacts.byEmail(emailKey(name))];
    const [partner = '', ...more] = [...new Set(hits.map((hit) => hit.partner))];
    if (partner !== '' && more.length === 0) found.push({ ref: partner });
    else unknown.push(name);
  }
  return { organiser: users[0] ?? '', found, unknown };
}

const firstLine = (text: string): string => cleanText(text).split('\n')[0]?.slice(0, 100) ?? '';

function describe({ record, file, tools }: Child, unknown: readonly string[]): Value {
  const also = unknown.length === 0 ? '' : `Attendees: ${unknown.join('; ')}`;
  const text = [cleanText(file.slot(record, 'details')), also].filter(Boolean).join('\n');
  if (text === '') return null;
  const type = tools.catalog.fields['calendar.event']?.['description']?.type;
  return type === 'html' ? plainToHtml(text) : text;
}

type Span = { readonly start: string; readonly stop: string; readonly allday: boolean };

/** Start and end as they are given: each whole, or a day with two times. */
function readSpan({ record, file, tools }: Child): Span | { readonly issue: Issue } {
  const read = (slot: string): string => singleLine(file.slot(record, slot));
  const joined = (time: string): string =>
    read(time) === '' ? '' : `${read('date')} ${read(time)}`;
  const startText = read('start') || joined('start_time') || read('date');
  const endText = read('end') || joined('end_time');
  const slot = read('start') === '' ? 'date' : 'start';
  const dates = tools.dates(file.order(slot));
  const start = dates.datetime(startText);
  if (start === undefined) return bad(file.columnOf(slot), startText, 'is no date');
  if (parseBoolean(read('all_day')) === true)
    return wholeDays(startText, endText, dates) ?? bad(file.columnOf('end'), endText, 'is no day');
  const day = dates.date(startText);
  if (day !== undefined && !startText.includes(':') && endText === '')
    return { start: `${day} 00:00:00`, stop: `${day} 00:00:00`, allday: true };
  const stop = endText === '' ? later(start, HOUR_MS) : dates.datetime(endText);
  if (stop === undefined) return bad(file.columnOf('end'), endText, 'is no date');
  if (stop < start)
    return bad(file.columnOf('end'), endText, `lies before the start, ${startText}`);
  return { start, stop, allday: false };
}

/** Whatever times stand there: midnight on the source's clock is another day in UTC. */
function wholeDays(start: string, end: string, dates: DateReader): Span | undefined {
  const dayOf = (text: string): string | undefined => dates.date(text.split(/[ T]/)[0] ?? '');
  const [first, last] = [dayOf(start), dayOf(end === '' ? start : end)];
  return first !== undefined && last !== undefined && last >= first
    ? { start: `${first} 00:00:00`, stop: `${last} 00:00:00`, allday: true }
    : undefined;
}

const later = (moment: string, ms: number): string =>
  new Date(Date.parse(`${moment.replace(' ', 'T')}Z`) + ms)
    .toISOString()
    .slice(0, 19)
    .replace('T', ' ');

const bad = (column: string, raw: string, why: string): { readonly issue: Issue } => ({
  issue: {
    code: 'WB_VALUE_INVALID',
    message: `"${raw}" ${why}: when the appointment is cannot be told.`,
    column,
    raw,
  },
});

/** Nothing that AgileCase says of a record is lost on the way: a cell that changes nothing of what is planned was dropped. */
import { expect, it } from 'vitest';
import type { FieldInfo } from '../../src/destination/destination.ts';
import type { ContactIndex } from '../../src/core/contact.ts';
import type { StagedRecord } from '../../src/core/record.ts';
import { createMapper } from '../../src/mapping/mapper.ts';
import type { Catalog, MappingDocument } from '../../src/mapping/mapping.ts';
import { defaultChoices } from '../../src/mapping/propose.ts';
import { AGILECASE } from '../../src/source/agilecase/declaration.ts';
import type { SourceColumn, SourceObject } from '../../src/source/source.ts';
import { profileOf } from '../support/columns.ts';
import { fileOf, inspectionOf } from '../support/mapping.ts';

const MOVED = new Set(['partner', 'lead', 'message', 'task', 'event', 'attachment']);

/** Read by the source, which puts what it found into another slot, or said by one that stands beside it. */
const SAID_ELSEWHERE: Readonly<Record<string, string>> = {
  active: 'the source fills "inactive" from it',
  size: 'the source finds the file by it',
  checksum: 'the source finds the file by it',
  mail_file: 'the source finds the file by it',
  file_problem: 'said where there is no file',
  direction: 'From and To say it',
  thread_ring: 'an item of the review queue',
  inline: 'pictures of the body',
};

const VALUES: Readonly<Record<string, string>> = {
  probability: '40',
  amount: '100',
  channel: 'email',
  visibility: 'public',
  is_current: 'yes',
  mandatory: 'yes',
  all_day: 'yes',
  inactive: 'yes',
  kind: 'company',
  contact: 'c1',
  country: 'Elsewhere',
  state: 'Somewhere',
  related: 'c1 (Expert)',
  version: '3',
  bytes: '4',
  body_format: 'html',
  body: '<b>x</b>',
  status: 'Waiting',
  due_date: '15/03/2024 17:00',
  path: 'store/8f3a',
  file: 'documents/1/x.txt',
  start: '14/03/2024 10:00',
  end: '16/03/2024 11:00',
};
const DAYS: Readonly<Record<string, string>> = { date: '14/03/2024', datetime: '14/03/2024 10:00' };
const TYPED: Readonly<Record<string, string>> = {
  email: 'x@example.org',
  boolean: 'yes',
  integer: '7',
  float: '7',
  ...DAYS,
};

const info = (type: string, ...selection: FieldInfo['selection']): FieldInfo => ({
  type,
  label: '',
  required: false,
  readonly: false,
  relation: null,
  selection,
  manual: false,
});
const CATALOG: Catalog = {
  major: 19,
  fields: {
    'mail.activity': { date_done: info('date') },
    'mail.message': { message_type: info('selection', ['email', 'Email']) },
  },
  countries: [],
  states: [],
};
const CONTACTS: ContactIndex = {
  byKey: (key) =>
    key === 'c1'
      ? [{ position: 1, key, name: 'ann', email: '', otherEmail: '', partner: 'p1' }]
      : [],
  byEmail: () => [],
};

const valueOf = (name: string, type: string): string =>
  VALUES[name] ?? TYPED[type] ?? `${name} of it`;

const moved = AGILECASE.objects.filter(({ shape }) => MOVED.has(shape));
function planned(object: SourceObject, without: string): string {
  const columns = object.slots.map(({ name }, index): SourceColumn => ({
    id: name,
    header: name,
    index,
    slot: name,
    confidence: 1,
    reason: '',
    alternatives: [],
    profile: profileOf([]),
  }));
  const cells = object.slots.map(({ name, type }) =>
    name === without || name in SAID_ELSEWHERE ? '' : valueOf(name, type),
  );
  const record: StagedRecord = {
    object: object.name,
    position: 1,
    key: 'k',
    file: 'f',
    line: 2,
    cells,
  };
  const document: MappingDocument = {
    version: 1,
    source: AGILECASE.id,
    choices: defaultChoices(AGILECASE),
    objects: {
      [object.name]: object.slots.map(({ name }) => ({
        column: name,
        to: `slot:${name}`,
        confidence: 1,
        reason: '',
        alternatives: [],
        decided: true,
      })),
    },
  };
  const file = { ...fileOf('contact', {}, 'f'), object: object.name, rows: 1, columns };
  const mapper = createMapper(document, AGILECASE, inspectionOf(file), CATALOG);
  const composed =
    object.shape === 'partner'
      ? mapper.contact(record, [])
      : mapper.child(record, { model: 'crm.lead', key: 'agilecase_case_1' }, CONTACTS);
  return JSON.stringify([composed, mapper.shared(), mapper.owners(), mapper.identify(record)]);
}

it.each(moved)('every cell of a $name is planned somewhere', (object) => {
  const whole = planned(object, '');
  const lost = object.slots
    .map(({ name }) => name)
    // Its key, and what it belongs to.
    .filter((name, index) => index > 0 && name !== object.parent && !(name in SAID_ELSEWHERE))
    .filter((name) => planned(object, name) === whole);
  expect(lost).toEqual([]);
});

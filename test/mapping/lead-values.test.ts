/** What the values of a case become, and what waits where they cannot: stages, pick-lists, owners, parties. */
import { describe, expect, it } from 'vitest';
import type { ContactIndex } from '../../src/core/contact.ts';
import type { StagedRecord } from '../../src/core/record.ts';
import { createMapper } from '../../src/mapping/mapper.ts';
import type { Catalog, Composed, MappingDocument } from '../../src/mapping/mapping.ts';
import { propose } from '../../src/mapping/propose.ts';
import { openAgileCaseExport } from '../../src/source/agilecase/agilecase.ts';
import { AGILECASE } from '../../src/source/agilecase/declaration.ts';
import { writeBundle } from '../support/bundle.ts';

const CATALOG: Catalog = { major: 19, fields: {}, countries: [], states: [] };
const KEPT = new Set(['case', 'event']);
const ANN = { position: 1, key: 'c1', name: 'ann doe', email: 'ann@example.org', otherEmail: '' };
const CONTACTS: ContactIndex = {
  byKey: (key) => (key === 'c1' ? [{ ...ANN, partner: 'agilecase_contact_c1' }] : []),
  byEmail: () => [],
};

const FILES = {
  'contacts.csv': 'id,first_name,last_name,email\nc1,Ann,Doe,ann@example.org\n',
  'users.csv': 'id,name,email\nu1,Jane Poole,jane@firm.example\n',
  'events.csv':
    'id,case,title,starts_at,attendees\ne1,1,Hearing,14/01/2025 10:00,Jane Poole; Ann Doe; Judge Grey\n',
  'custom_fields.csv':
    'key,label,scope,type\ncause,Cause,case,choice\nlost,Date of loss,case,date\n',
  'custom_field_options.csv':
    'field,value,label,position\ncause,flood,Flood,1\ncause,fire,Fire,2\n',
  'cases.csv':
    'id,title,client,status,stage,fee_earner,cause,Date of loss\n' +
    '1,Leak,c1,Open,Evidence,Jane Poole,flood,14/01/2024\n' +
    '2,Fire,c1,Closed,Settled,Gone Gary,lightning,31/02/2024\n' +
    Array.from(
      { length: 9 },
      (_, n) => `${n + 3},More,c1,Open,Evidence,Jane Poole,fire,01/02/2024\n`,
    ).join(''),
};

interface Composer {
  readonly document: MappingDocument;
  readonly compose: (
    key: string,
    change?: (document: MappingDocument) => MappingDocument,
  ) => Composed;
}

async function composer(): Promise<Composer> {
  const { signal } = new AbortController();
  const source = openAgileCaseExport(writeBundle(FILES), {});
  const inspection = await source.inspect(signal);
  const records: StagedRecord[] = [];
  for (const file of inspection.files)
    for await (const chunk of source.extract(file, signal))
      if (chunk.kind === 'records') records.push(...chunk.records);
  const document = propose(AGILECASE, inspection, CATALOG);
  return {
    document,
    compose: (key, change = (same) => same) => {
      const mapper = createMapper(change(document), AGILECASE, inspection, CATALOG);
      for (const user of records.filter((one) => one.object === 'user')) mapper.learn(user);
      const record = records.find((one) => KEPT.has(one.object) && one.key === key);
      if (!record) throw new Error(`no case ${key}`);
      return mapper.child(record, null, CONTACTS);
    },
  };
}

const withValues =
  (column: string, values: Record<string, string>) =>
  (document: MappingDocument): MappingDocument => ({
    ...document,
    objects: {
      ...document.objects,
      case: (document.objects['case'] ?? []).map((one) =>
        one.column === column ? { ...one, values } : one,
      ),
    },
  });

describe('a case', () => {
  it('has its stages and statuses proposed value by value', async () => {
    const { document } = await composer();
    const of = (column: string) =>
      document.objects['case']?.find((one) => one.column === column)?.values;
    expect(of('status')).toEqual({ Open: 'active', Closed: 'won' });
    expect(of('stage')).toEqual({ Evidence: 'Evidence', Settled: 'Settled' });
  });

  it('whose stage nobody mapped waits, and says what to add where', async () => {
    const { compose } = await composer();
    const { planned, issues } = compose('1', withValues('stage', { Settled: 'Settled' }));
    expect(planned).toEqual([]);
    expect(issues).toMatchObject([
      {
        code: 'WB_VALUE_UNMAPPED',
        column: 'stage',
        raw: 'Evidence',
        message: expect.stringContaining('mapping.yaml') as string,
      },
    ]);
  });

  it('goes into the stage that its value is mapped to', async () => {
    const { compose } = await composer();
    const stages = { Evidence: 'Qualified', Settled: 'Settled' };
    const { planned } = compose('1', withValues('stage', stages));
    const lead = planned.find((one) => one.step === 'leads');
    expect(lead?.values).toMatchObject({ x_ac_stage: 'Evidence', x_ac_cause: 'flood' });
    expect(lead?.values['stage_id']).toBeDefined();
  });

  it('with a choice that is no option and a day that is none is loaded, and both are shown', async () => {
    const { compose } = await composer();
    const { planned, issues } = compose('2');
    expect(planned.find((one) => one.step === 'leads')?.values).not.toHaveProperty('x_ac_cause');
    expect(issues).toMatchObject([
      { code: 'WB_VALUE_INVALID', column: 'cause', raw: 'lightning' },
      { code: 'WB_VALUE_INVALID', column: 'Date of loss', raw: '31/02/2024' },
    ]);
  });

  it('keeps an owner that no users file names, to be matched or replaced by the fallback', async () => {
    const { compose } = await composer();
    const owner = compose('2').planned.find((one) => one.step === 'leads')?.values['user_id'];
    expect(owner).toMatchObject({ ref: expect.stringMatching(/^owner\./) as string });
  });
});

it('an appointment has its users and contacts as attendees; whoever is neither stays in its text', async () => {
  const { compose } = await composer();
  const [event] = compose('e1').planned;
  expect(event?.values['user_id']).toMatchObject({
    ref: expect.stringMatching(/^owner\.(?!fallback)/) as string,
  });
  expect(event?.values['partner_ids']).toEqual([
    { ref: expect.stringMatching(/^ownerpartner\.(?!fallback)/) as string },
    { ref: 'agilecase_contact_c1' },
  ]);
  expect(event?.values['description']).toBe('Attendees: Judge Grey');
});

/**
 * Records that others hang on: an address that Odoo would copy to a whole company, an Odoo contact that two of the
 * export are, with one chatter for both, and values that changed at the source and that a run does not write.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshOdoo, type OdooVersion, type TestOdoo } from '../support/odoo.ts';
import { answer, openItems } from '../support/outcomes.ts';
import { plainRpc, type PlainRow, type PlainRpc } from '../support/plain-rpc.ts';
import { makeProject, prepare, type TestProject } from '../support/project.ts';
import { NOTE_HEADER, rows, smallExport, type SmallExport } from '../support/small-export.ts';

const HEADER = 'Contact ID,First Name,Last Name,Email,Address,City,Company,Newsletter';
const CONTACTS = [
  '1,Big,Co,office@big.example,1 Road,Austin,,Yes',
  '2,,,both@acme.example,,Austin,Acme,No',
  '3,,,both@acme.example,,Austin,Acme,No',
  '4,Dan,Drew,dan@x.example,4 Road,Dallas,,Yes',
  '5,Eli,East,eli@x.example,5 Road,Eden,Globex,No',
  '6,Fin,Ford,fin@x.example,6 Road,Eden,Globex,Yes',
  '7,Gil,Gray,gil@x.example,7 Road,Reno,,No',
];
const NOTES = ['4,n1,3/1/2024 9:00 AM,Of Dan,Kim'];
/** Of the two that are one in Odoo, by turns. */
const OF_BOTH = [
  '2,n2,3/2/2024 9:00 AM,First,Kim',
  '2,n3,3/4/2024 9:00 AM,Third,Kim',
  '3,n4,3/3/2024 9:00 AM,Second,Kim',
  '3,n5,3/5/2024 9:00 AM,Fourth,Kim',
];

interface Ran {
  readonly totals: Readonly<Record<'created' | 'updated' | 'matched', number>>;
  readonly outdated: number;
  readonly late: number;
  readonly certificate: string | null;
}

describe.each<OdooVersion>([19, 14])('neighbours in Odoo %i', (version) => {
  let files: SmallExport;
  let odoo: TestOdoo;
  let rpc: PlainRpc;
  let project: TestProject;

  const write = (...contacts: readonly string[]): void =>
    files.write('Contacts.csv', rows(HEADER, ...contacts));
  const called = async (name: string): Promise<PlainRow> => {
    const [row, ...more] = await rpc.readAll('res.partner', [['name', '=', name]]);
    if (!row || more.length > 0) throw new Error(`${more.length + (row ? 1 : 0)} of ${name}`);
    return row;
  };
  const run = async (): Promise<Ran> => {
    const ran = await project.run('run', '--json');
    expect(ran.code, ran.stderr).toBe(4);
    return ran.json<Ran>();
  };

  beforeAll(async () => {
    files = smallExport({ 'Contacts.csv': rows(HEADER, ...CONTACTS), 'Notes.csv': rows(NOTE_HEADER, ...NOTES) }); // prettier-ignore
    odoo = await freshOdoo(version, 'neighbours');
    rpc = await plainRpc(odoo);
    const [big] = await rpc.execute<number[]>('res.partner', 'create', [
      [
        { name: 'Big Co', email: 'office@big.example', is_company: true },
        { name: 'Acme', email: 'both@acme.example' },
        { name: 'Gil Gray', email: 'gil@x.example' },
      ],
    ]);
    await rpc.execute('res.partner', 'create', [[{ name: 'Kid One', parent_id: big }]]);
    project = await makeProject(odoo, files.folder);
    await project.run('scope');
    await project.run('map');
    project.edit('mapping.yaml', (text) =>
      text
        .replace(/^( {2}companies: ).*$/m, '$1partners')
        .replace(/^( {2}conflicts: ).*$/m, '$1source'),
    );
    await prepare(project);
  });
  afterAll(async () => {
    project.remove();
    files.remove();
    await odoo.drop();
  });

  it('does not give a company an address that Odoo would copy to its people, and ticks a new checkbox', async () => {
    await run();
    expect(await called('Big Co')).toMatchObject({ street: false, x_allclients_newsletter: true });
    expect(await called('Kid One')).toMatchObject({ street: false, city: false });
    const { verification } = await project.report<{ verification: { verdicts: object[] } }>();
    expect(verification.verdicts).toContainEqual(
      expect.objectContaining({ key: 'allclients_contact_1', field: 'street', verdict: 'untaken' }),
    );
  });

  it('goes on asking which of two a contact of Odoo is, run after run', async () => {
    for (let n = 0; n < 2; n++) {
      expect((await openItems(project)).map((one) => one.code)).toEqual(['WB_MATCH_AMBIGUOUS']);
      expect((await run()).totals).toMatchObject({ created: 0, updated: 0, matched: 0 });
    }
    expect(await rpc.count('res.partner', [['email', '=', 'both@acme.example']])).toBe(1);
  });

  it('says that a run does not write what changed at the source, and certifies nothing', async () => {
    write(...CONTACTS.map((one) => one.replace('dan@x.example', 'dan@new.example')));
    await project.run('scope');
    const ran = await project.run('run');
    expect(ran.code, ran.stderr).toBe(4);
    expect(ran.stdout).toMatch(/1 record in Odoo came from other values.*waybill delta/);
    expect(await run()).toMatchObject({ outdated: 1, certificate: null });
    expect(await called('Dan Drew')).toMatchObject({ email: 'dan@x.example' });
    await project.run('delta');
    expect(await called('Dan Drew')).toMatchObject({ email: 'dan@new.example' });
    expect(await run()).toMatchObject({ outdated: 0 });
  });

  it('asks before a delta writes an address that Odoo would copy to the colleagues', async () => {
    const globex = await called('Globex');
    write(...CONTACTS.map((one) => one.replace('5 Road', '55 Lane')));
    expect((await project.run('delta')).code).toBe(4);
    expect(await called('Eli East')).toMatchObject({ street: '5 Road' });
    expect(await called('Fin Ford')).toMatchObject({ street: '6 Road' });
    expect(await called('Globex')).toMatchObject({ street: globex['street'] });
    const item = (await openItems(project)).find((one) => one.code === 'WB_DELTA_CONFLICT');
    expect(item).toMatchObject({ column: 'street', candidates: ['source', 'odoo'] });
    expect(item?.message).toContain('Odoo would copy it');
    await project.run('review', '--resolve', String(item?.id), '--with', 'odoo', '--by', 'Kim');
    await project.run('delta');
    expect((await openItems(project)).map((one) => one.code)).toEqual(['WB_MATCH_AMBIGUOUS']);
    expect(await called('Eli East')).toMatchObject({ street: '5 Road' });
  });

  let both = 0;
  const chatter = async (): Promise<PlainRow[]> =>
    rpc.readAll(
      'mail.message',
      [
        ['model', '=', 'res.partner'],
        ['res_id', '=', both],
        ['message_id', 'like', '@waybill'],
      ],
      ['body', 'date'],
    );
  it('puts the history of two contacts that a person calls one in one order', async () => {
    files.write('Notes.csv', rows(NOTE_HEADER, ...NOTES, ...OF_BOTH));
    await project.run('scope');
    expect(await run()).toMatchObject({ totals: { created: 2 } });
    const [item] = (await openItems(project)).filter((one) => one.code === 'WB_MATCH_AMBIGUOUS');
    if (!item) throw new Error('nothing is asked');
    both = Number(item.candidates[0]);
    await answer(project, item, String(both));
    const ran = await project.run('run', '--json');
    expect([ran.code, ran.json()], ran.stdout).toMatchObject([0, { late: 1 }]);
    expectInOrder(await chatter());
  });

  it('does not put an address back that Odoo would take from a contact that somebody added below', async () => {
    const gil = await called('Gil Gray');
    expect(gil).toMatchObject({ street: '7 Road' });
    const child = { name: 'Gil Junior', parent_id: gil.id };
    const [junior] = await rpc.execute<number[]>('res.partner', 'create', [[child]]);
    expect(await called('Gil Junior')).toMatchObject({ street: '7 Road', city: 'Reno' });
    for (const args of [['--dry-run'], ['--yes']]) {
      const back = await project.run('rollback', ...args, '--json');
      const { kept } = back.json<{ kept: { resId: number; reason: string }[] }>();
      expect(kept, back.stderr).toMatchObject([
        { resId: gil.id, reason: expect.stringMatching(/Odoo would copy.*street/) as string },
      ]);
    }
    expect(await called('Gil Junior')).toMatchObject({ street: '7 Road', city: 'Reno' });
    await rpc.execute('res.partner', 'unlink', [[junior]]);
    expect((await project.run('rollback', '--yes', '--json')).json()).toMatchObject({ kept: [] });
    expect(await called('Gil Gray')).toMatchObject({ street: false, city: false });
  });

  it('loads such a history in order at once, and says so when it is in order no more', async () => {
    const ran = await project.run('run', '--json');
    expect([ran.code, ran.json()], ran.stdout).toMatchObject([0, { late: 0 }]);
    const messages = await chatter();
    expect(messages).toHaveLength(4);
    expectInOrder(messages);
    await rpc.execute('mail.message', 'write', [
      [messages[3]?.id],
      { date: '2001-02-03 04:05:06' },
    ]);
    const checked = await project.run('verify', '--json');
    expect(checked.code, checked.stderr).toBe(4);
    expect(checked.json()).toMatchObject({ verification: { differences: 2 } });
    const { verification } = await project.report<{ verification: { verdicts: object[] } }>();
    expect(verification.verdicts).toContainEqual(
      expect.objectContaining({
        field: 'order',
        verdict: 'differs',
        found: `message ${messages[3]?.id} of 2001-02-03 04:05:06 after it`,
      }),
    );
  });
});

const expectInOrder = (messages: readonly PlainRow[]): void => {
  const dates = messages.map((one) => String(one['date']));
  expect(dates).toEqual(dates.toSorted());
  const said = messages.map((one) => String(one['body'])).join();
  for (const word of ['First', 'Second', 'Third', 'Fourth']) expect(said).toContain(word);
};

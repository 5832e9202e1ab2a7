/** What every destination must do, run against each real Odoo over each transport it speaks. */
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Destination } from '../../src/destination/destination.ts';
import { connectOdoo } from '../../src/destination/odoo/odoo.ts';
import { odooSchema } from '../../src/destination/odoo/schema.ts';
import { cuttingProxy } from '../support/cutting-proxy.ts';
import { freshOdoo, type TestOdoo } from '../support/odoo.ts';
import { plainRpc, type PlainRpc } from '../support/plain-rpc.ts';

const CASES = [
  [19, 'json2'],
  [19, 'jsonrpc'],
  [14, 'jsonrpc'],
] as const;

const WRONG_KEY = '0123456789abcdef0123456789abcdef01234567';

/** The error of a promise that must fail; every one is searched for the key. */
async function failure(work: Promise<unknown>, key: string): Promise<Record<string, unknown>> {
  const error: unknown = await work.then(
    () => expect.unreachable('it must fail'),
    (thrown: unknown) => thrown,
  );
  const everything = inspect(error, { depth: 10, showHidden: true }) + JSON.stringify(error);
  expect(everything).not.toContain(key);
  expect(everything).not.toMatch(/Traceback|File "\//);
  expect(error).toMatchObject({ name: 'WaybillError', next: expect.stringMatching(/\w/) });
  return error as Record<string, unknown>;
}

describe.each(CASES)('Odoo %s over %s', (version, transport) => {
  let odoo: TestOdoo;
  let destination: Destination;
  let plain: PlainRpc;
  const fails = (work: Promise<unknown>) => failure(work, odoo.apiKey);
  const connect = (over: Partial<TestOdoo>) => connectOdoo({ ...odoo, transport, ...over });

  beforeAll(async () => {
    odoo = await freshOdoo(version, `cl_conf_${transport}`);
    destination = await connectOdoo({ ...odoo, transport });
    plain = await plainRpc(odoo);
  });
  afterAll(async () => {
    await destination?.close();
    await odoo?.drop();
  });

  describe('values', () => {
    it('come back as they went, and Odoo holds them so', async () => {
      const tags = await destination.create('res.partner.category', [{ name: 'A' }, { name: 'Ü' }]);
      const [state] = await destination.find('res.country.state', [], ['country_id'], { limit: 1 });
      const values = {
        name: 'Zoë O’Brien-Łukasz 李 🙂 <b>&amp;</b> "q" \\ é',
        street: null,
        email: 'zoe@example.com',
        color: 0,
        is_company: false,
        active: false,
        country_id: state?.['country_id'] ?? null,
        category_id: tags,
        date: null,
        // 14 keeps five digits of it, 19 seven.
        partner_latitude: 52.52001,
      };
      const names = Object.keys(values).filter((name) => name !== 'date');
      const { date: _date, ...sent } = values;
      const [id = 0] = await destination.create('res.partner', [sent]);
      const [row] = await destination.read('res.partner', [id], names);
      expect(row).toEqual({ id, ...sent });
      const [seen] = await plain.readAll('res.partner', [['id', '=', id]], ['name', 'street']);
      expect(seen).toEqual({ id, name: values.name, street: false });
    });

    it('are written, emptied and set', async () => {
      const tags = await destination.create('res.partner.category', [{ name: 'B' }, { name: 'C' }]);
      const [id = 0] = await destination.create('res.partner', [{ name: 'x', category_id: tags }]);
      await destination.write('res.partner', [id], { category_id: [], city: 'Bath' });
      await destination.write('res.partner', [id], { category_id: [], city: 'Bath' });
      const names = ['category_id', 'city'];
      expect(await destination.read('res.partner', [id], names)).toEqual([
        { id, category_id: [], city: 'Bath' },
      ]);
      await destination.write('res.partner', [id], { city: null });
      expect((await destination.read('res.partner', [id], names))[0]?.['city']).toBeNull();
    });

    it('of a message keep their date, and no message or follower appears by itself', async () => {
      const [id = 0] = await destination.create('res.partner', [{ name: 'quiet' }]);
      const about = [
        ['model', '=', 'res.partner'],
        ['res_id', '=', id],
      ] as const;
      const of = [
        ['res_model', '=', 'res.partner'],
        ['res_id', '=', id],
      ] as const;
      expect(await plain.count('mail.message', about)).toBe(0);
      expect(await plain.count('mail.followers', of)).toBe(0);
      const note = {
        model: 'res.partner',
        res_id: id,
        body: '<p>Grüße</p>',
        date: '2009-03-29 01:30:00',
        message_id: `<${id}@waybill.test>`,
      };
      const before = await plain.count('mail.mail');
      const [message = 0] = await destination.create('mail.message', [note]);
      expect(await destination.read('mail.message', [message], Object.keys(note))).toEqual([
        { id: message, ...note },
      ]);
      expect(await plain.count('mail.mail')).toBe(before);
    });

    it('of a contact are not overwritten by its company', async () => {
      const [parent = 0] = await destination.create('res.partner', [
        { name: 'Co', is_company: true, city: 'Paris', vat: 'FR23334175221' },
        { name: 'Empty', is_company: true },
      ]);
      const children = await destination.create('res.partner', [
        { name: 'Own', parent_id: parent, city: 'Lyon' },
        { name: 'First', parent_id: parent + 1, city: 'Nice' },
      ]);
      const rows = await plain.readAll(
        'res.partner',
        [['id', 'in', [parent, parent + 1, ...children]]],
        ['name', 'city'],
      );
      expect(rows.map((row) => [row['name'], row['city']])).toEqual([
        ['Co', 'Paris'],
        ['Empty', false],
        ['Own', 'Lyon'],
        ['First', 'Nice'],
      ]);
    });
  });

  describe('records', () => {
    it('are found page by page, archived too unless asked otherwise', async () => {
      const many = Array.from({ length: 4_500 }, (_, at) => ({ name: `p${at}` }));
      const ids = await destination.create('res.partner.category', many);
      await destination.write('res.partner.category', ids.slice(0, 10), { active: false });
      const domain = ['|', ['name', '=like', 'p%'], ['name', '=', 'none']] as const;
      const rows = await destination.find('res.partner.category', domain, ['name']);
      expect(rows.map((row) => row.id)).toEqual(ids);
      const live = await destination.find('res.partner.category', domain, [], { archived: false });
      expect(live).toHaveLength(4_490);
      const sorted = await destination.find('res.partner.category', domain, [], {
        order: 'id desc',
      });
      expect(sorted.map((row) => row.id)).toEqual(ids.toReversed());
      expect(await destination.count('res.partner.category', domain)).toBe(4_500);
      expect(await destination.read('res.partner.category', ids, [])).toHaveLength(4_500);
      expect(
        await destination.find('res.partner.category', domain, [], { limit: 3, offset: 2 }),
      ).toHaveLength(3);
    });

    it('that are gone are missing from a read and no error to remove', async () => {
      const ids = await destination.create('res.partner', [{ name: 'a' }, { name: 'b' }]);
      await destination.remove('res.partner', ids.slice(0, 1));
      expect(await destination.read('res.partner', ids, ['name'])).toHaveLength(1);
      await destination.remove('res.partner', ids);
      await destination.remove('res.partner', ids);
      expect(await destination.read('res.partner', ids, ['name'])).toEqual([]);
    });

    it('are loaded by external id, all or none', async () => {
      const columns = ['id', 'name', 'type'];
      const good = await destination.load('res.partner', columns, [
        ['__waybill__.l1', 'L', 'Contact'],
      ]);
      const again = await destination.load('res.partner', columns, [
        ['__waybill__.l1', 'M', 'Contact'],
      ]);
      expect(again.ids).toEqual(good.ids);
      const bad = await destination.load('res.partner', columns, [
        ['__waybill__.l2', 'ok', 'Contact'],
        ['__waybill__.l3', 'bad', 'Nonsense'],
      ]);
      expect(bad).toMatchObject({ ids: null, messages: [{ row: 1, field: 'type' }] });
    });
  });

  describe('facts and schema', () => {
    it('say what this Odoo is', async () => {
      const facts = await destination.facts();
      expect(facts).toMatchObject({
        major: version,
        transport,
        edition: 'community',
        expires: null,
      });
      expect(facts.user).toMatchObject({ id: 2, login: 'admin' });
      expect(facts.databaseUuid).toMatch(/^[0-9a-f-]{36}$/);
      expect(facts.modules).toContain('crm');
      const survey = await destination.survey(facts);
      expect(survey).toMatchObject({ languages: ['en_US'], lacking: [] });
      expect(survey.companies).toHaveLength(1);
      expect(survey.contacts).toBeGreaterThan(0);
      const some = ['res.partner', 'no.such.model'];
      expect(await destination.lacking(some, ['create'])).toEqual(['no.such.model']);
    });

    it('grow by fields and a page, and shrink again', async () => {
      const schema = odooSchema(destination);
      const options = [
        ['hot', 'Hot'],
        ['cold', 'Cold'],
      ] as const;
      const spec = { model: 'res.partner', help: 'h', label: 'Rating' };
      const rating = { ...spec, name: 'x_rating', type: 'selection', options };
      const made = await schema.ensureFields([rating]);
      expect(made.map((one) => one.created)).toEqual([true]);
      const extended = { ...rating, options: [...options, ['won', 'Won'] as const] };
      const [same, option] = await schema.ensureFields([extended]);
      expect(same).toEqual({ ...made[0], created: false });
      expect(option).toMatchObject({ model: 'ir.model.fields.selection', created: true });
      const kinds = ['char', 'text', 'integer', 'float', 'boolean', 'date', 'datetime'];
      const wanted = kinds.map((type) => ({ ...spec, name: `x_${type}`, type }));
      made.push(...(await schema.ensureFields([rating, ...wanted])).slice(1));
      expect(made.map((one) => one.created)).toEqual(made.map(() => true));
      const info = await destination.fields('res.partner');
      expect(info['x_rating']?.selection.map(([value]) => value)).toEqual(['hot', 'cold', 'won']);
      expect(info['x_date']).toMatchObject({ type: 'date', manual: true });

      const values = {
        x_rating: 'won',
        x_char: 'c',
        x_text: 'a\nb',
        x_integer: 0,
        x_float: 0.1,
        x_boolean: true,
        x_date: '1899-12-31',
        x_datetime: '2024-02-29 23:59:59',
      };
      const [id = 0] = await destination.create('res.partner', [{ name: 'f', ...values }]);
      const [row] = await destination.read('res.partner', [id], Object.keys(values));
      expect(row).toEqual({ id, ...values });

      const clash = await fails(schema.ensureFields([{ ...spec, name: 'x_char', type: 'date' }]));
      expect(clash).toMatchObject({ code: 'WB_ODOO_RECORD' });
      const [page] = await schema.ensurePage('res.partner', ['x_char']);
      const [wider] = await schema.ensurePage('res.partner', ['x_char', 'x_rating']);
      expect(wider).toEqual({ ...page, created: false });
      expect(await formText(plain)).toMatch(/waybill_migrated_data[\s\S]*x_char[\s\S]*x_rating/);
      // Another project adds its own, and takes off no more than that.
      await schema.ensurePage('res.partner', ['x_text']);
      expect(await schema.leavePage('res.partner', ['x_text'])).toBe(false);
      expect(await formText(plain)).toMatch(/waybill_migrated_data[\s\S]*x_char[\s\S]*x_rating/);
      expect(await formText(plain)).not.toContain('x_text');
      expect(await schema.leavePage('res.partner', ['x_char', 'x_rating'])).toBe(true);

      await schema.removeMade([...made, page!].toReversed());
      expect(await formText(plain)).not.toContain('waybill');
      expect((await destination.fields('res.partner'))['x_rating']).toBeUndefined();
    });
  });

  describe('failures', () => {
    it('of the address', async () => {
      const refused = await fails(connect({ url: 'http://127.0.0.1:9' }));
      expect(refused).toMatchObject({ code: 'WB_ODOO_UNREACHABLE', class: 'retriable' });
      const clear = await fails(connect({ url: 'http://odoo.example.com' }));
      expect(clear).toMatchObject({ code: 'WB_CONFIG_INVALID' });
      expect(await fails(connect({ url: 'nonsense' }))).toMatchObject({
        code: 'WB_CONFIG_INVALID',
      });
    });

    it('of the database, the key and the login', async () => {
      const code = async (over: Partial<TestOdoo>) => (await fails(connect(over)))['code'];
      expect(await code({ db: 'cl_no_such' })).toBe('WB_ODOO_DATABASE');
      const wrong = await failure(connect({ apiKey: WRONG_KEY }), WRONG_KEY);
      expect(wrong['code']).toBe('WB_ODOO_LOGIN');
      const login = connect({ login: 'nobody' }).then((one) => one.facts());
      expect((await fails(login))['code']).toBe('WB_ODOO_LOGIN');
    });

    it('of a record', async () => {
      const create = (values: Record<string, string | number | null>) =>
        fails(destination.create('res.partner', [values]));
      for (const values of [
        { x_nonsense: 1 },
        { name: null },
        { name: 'x', type: 'nonsense' },
        { name: 'x', country_id: 999_999 },
        { name: 'x', color: 'abc' },
        { name: 'x\u0000y' },
      ])
        expect(await create(values)).toMatchObject({ code: 'WB_ODOO_RECORD', class: 'record' });
      const missing = await fails(destination.write('res.partner', [999_999], { name: 'x' }));
      expect(missing).toMatchObject({ code: 'WB_ODOO_RECORD' });
      expect(String(missing['message'])).toContain(
        `res.partner.write on ${new URL(odoo.url).host}, database "${odoo.db}"`,
      );
    });

    it('of a model that is not there', async () => {
      const fields = fails(destination.fields('no.such'));
      expect(await fields).toMatchObject({ code: 'WB_ODOO_MODULE' });
      const create = fails(destination.create('no.such', [{ name: 'x' }]));
      expect(await create).toMatchObject({ code: 'WB_ODOO_MODULE' });
    });

    it('of rights', async (test) => {
      const poor = await poorUser(plain, odoo);
      // JSON-2 takes no password.
      const apiKey = transport === 'json2' ? await odoo.keyOf(poor.login) : poor.password;
      if (apiKey === undefined) return test.skip('a key for another user can only be made here');
      const other = await connect({ ...poor, apiKey });
      const denied = await fails(other.create('res.partner', [{ name: 'x' }]));
      expect(denied).toMatchObject({ code: 'WB_ODOO_RIGHTS' });
      const { lacking } = await other.survey(await other.facts());
      expect(lacking).toContain('ir.model.fields');
      await other.close();
    });

    it('of the connection, in mid-call', async () => {
      const proxy = await cuttingProxy(odoo.url);
      const through = await connect({ url: proxy.url });
      try {
        proxy.cut('"name":"cut');
        const cut = await fails(through.create('res.partner', [{ name: 'cut' }]));
        expect(cut).toMatchObject({ code: 'WB_ODOO_UNCERTAIN', class: 'uncertain' });
        proxy.cut('search_count');
        setTimeout(() => proxy.cut(undefined), 400);
        expect(await through.count('res.users', [])).toBeGreaterThan(0);
        const stopped = AbortSignal.abort();
        const never = await fails(through.create('res.partner', [{ name: 'n' }], stopped));
        expect(never).toMatchObject({ code: 'WB_STOPPED' });
      } finally {
        await through.close();
        await proxy.close();
      }
    });
  });
});

async function formText(plain: PlainRpc): Promise<string> {
  const [form] = await plain.readAll('ir.model.data', [
    ['module', '=', 'base'],
    ['name', '=', 'view_partner_form'],
  ]);
  const id = Number(form?.['res_id']);
  // 14 knows only the older of the two methods, 19 only the newer.
  const ask = (method: string, args: readonly unknown[]) =>
    plain.execute<{ arch: string }>('res.partner', method, args);
  const view = await ask('get_view', [id, 'form']).catch(() =>
    ask('fields_view_get', [id, 'form']),
  );
  return view.arch;
}

async function poorUser(plain: PlainRpc, odoo: TestOdoo) {
  const login = 'poor';
  const groups = odoo.version.startsWith('19') ? 'group_ids' : 'groups_id';
  const [portal] = await plain.readAll('ir.model.data', [
    ['module', '=', 'base'],
    ['name', '=', 'group_user'],
  ]);
  const values = {
    name: login,
    login,
    password: 'poor-password',
    [groups]: [[6, 0, [portal?.['res_id']]]],
  };
  await plain.execute('res.users', 'create', [values], { context: { no_reset_password: true } });
  return { login, password: 'poor-password' };
}

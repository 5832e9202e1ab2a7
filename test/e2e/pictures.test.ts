/** Pictures of templates are brought along where the mapping asks for it, shown from Odoo, and taken back (row A7). */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshOdoo, type OdooVersion, type TestOdoo } from '../support/odoo.ts';
import { plainRpc, type PlainRpc } from '../support/plain-rpc.ts';
import { makeProject, prepare, type TestProject } from '../support/project.ts';

const LOGO = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
/** Another picture than the logo: what comes after the end of a PNG is not looked at. */
const HERO = Buffer.concat([LOGO, Buffer.from('hero')]);
const TOO_LARGE = Buffer.concat([LOGO, Buffer.alloc(11 * 1024 ** 2)]);
const asked: string[] = [];

const server: Server = createServer((request, response) => {
  const path = request.url ?? '';
  asked.push(path);
  if (path.startsWith('/moved'))
    return response.writeHead(302, { location: '/logo.png?v=1&w=2' }).end();
  if (path.startsWith('/logo')) return response.end(LOGO);
  if (path === '/hero.png') return response.end(HERO);
  if (path === '/large.png') return response.end(TOO_LARGE);
  if (path === '/page.png') return response.end('<html>Log in</html>');
  return response.writeHead(404).end();
});
let base = '';
beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());

describe.each<OdooVersion>([19, 14])('pictures of templates, into Odoo %i', (version) => {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-pictures-'));
  let odoo: TestOdoo;
  let rpc: PlainRpc;
  let project: TestProject;

  beforeAll(async () => {
    const welcome = `<p>Dear {{First Name}}</p><img src="${base}/logo.png?v=1&amp;w=2" alt="Logo"><table background="${base}/moved"><tr><td style="color: red; background: url(&quot;${base}/logo-td.png&quot;) no-repeat">x</td></tr></table>`;
    const sheet = `<style>@import url(${base}/more.css); .hero { background-image: url('${base}/hero.png') }</style><p class="hero">y</p>`;
    const broken = ['gone.png', 'page.png', 'large.png'].map((one) => `<img src="${base}/${one}">`);
    writeFileSync(
      join(folder, 'Contacts.csv'),
      'Contact ID,First Name,Last Name,Email\r\n70001,Ana,Keller,ana@example.com\r\n',
    );
    writeFileSync(
      join(folder, 'EmailTemplates.csv'),
      table(
        ['Template ID', 'Name', 'Subject', 'Body'],
        ['1', 'Welcome', 'Welcome', welcome],
        ['3', 'Sheet', 'Sheet', sheet],
        ['2', 'Broken', 'Broken', broken.join('')],
      ),
    );
    odoo = await freshOdoo(version, 'pictures');
    rpc = await plainRpc(odoo);
    project = await makeProject(odoo, folder);
    await prepare(project);
    project.edit('mapping.yaml', (text) => text.replace('pictures: listed', 'pictures: rehosted'));
    await project.run('map', '--approve', '--by', 'Test');
    asked.length = 0;
  });
  afterAll(async () => {
    project?.remove();
    await odoo?.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('asks no address of a private network unless that is allowed', async () => {
    const planned = await project.run('plan');
    expect(planned.code, planned.stderr).toBe(0);
    expect(asked).toEqual([]);
    expect(await waiting()).toHaveLength(7);
    for (const message of await waiting()) expect(message).toMatch(/private network/);
  });

  it('shows from Odoo what came, and lists with its reason what did not', async () => {
    project.edit('waybill.yaml', (text) => `${text}options:\n  privatePictures: true\n`);
    await project.run('scope');
    const ran = await project.run('run', '--json');
    expect(ran.code, ran.stderr).toBe(4);
    expect(ran.json<{ verification: object }>().verification).toMatchObject({
      differences: 0,
      missing: 0,
    });
    expect(await waiting()).toEqual([
      expect.stringMatching(/"Broken" shows \S+\/gone\.png, .*HTTP 404/),
      expect.stringMatching(/"Broken" shows \S+\/large\.png, .*larger/),
      expect.stringMatching(/"Broken" shows \S+\/page\.png, .*no picture/),
      expect.stringMatching(
        /"Sheet" shows \S+\/hero\.png by its style sheet.*attachment "hero\.png"/,
      ),
    ]);
    const { Welcome: welcome = '', Broken: left = '' } = await bodies();
    for (const name of ['gone', 'page', 'large']) expect(left).toContain(`${base}/${name}.png`);
    expect(welcome).not.toContain(base);
    // One picture at two addresses is one.
    const found = await rpc.readAll(
      'ir.attachment',
      [['x_waybill_key', '!=', false]],
      ['mimetype', 'public', 'name', 'datas'],
    );
    expect(found).toMatchObject([
      { mimetype: 'image/png', public: false, name: 'logo.png' },
      { mimetype: 'image/png', public: false, name: 'hero.png' },
    ]);
    expect(Buffer.from(String(found[1]?.['datas']), 'base64').equals(HERO)).toBe(true);
    expect(welcome).toMatch(/style="color: ?red; ?background: ?url\('[^']*'\) no-repeat"/);
    const shown = [
      ...welcome.matchAll(/(?:src="|background="|url\(')(\/web\/image\/\d+\?access_token=[\w-]+)/g),
    ].map((one) => one[1] ?? '');
    expect(shown.map((one) => one.split('?')[0])).toEqual(
      Array(3).fill(`/web/image/${found[0]?.id}`),
    );
    for (const address of shown) expect((await asStranger(address)).equals(LOGO)).toBe(true);
    const [address = ''] = shown;
    expect((await asStranger(address.replace(/token=./, 'token=_'))).equals(LOGO)).toBe(false);
  });

  it('fetches nothing twice and changes nothing when it runs again', async () => {
    const before = asked.length;
    const again = await project.run('run', '--json');
    expect(again.json<{ totals: object }>().totals).toMatchObject({ created: 0, updated: 0 });
    expect(asked).toHaveLength(before);
  });

  it('says so when a template no longer shows the picture', async () => {
    const [template] = await rpc.readAll(
      'mail.template',
      [['name', '=', 'Welcome']],
      ['body_html'],
    );
    const body = String(template?.['body_html']);
    const changed = body.replace(/access_token=/, 'access_token=x');
    await rpc.execute('mail.template', 'write', [[template?.id], { body_html: changed }]);
    const verified = await project.run('verify', '--json');
    expect(
      verified.json<{ verification: { differences: number } }>().verification.differences,
    ).toBe(1);
    await rpc.execute('mail.template', 'write', [[template?.id], { body_html: body }]);
  });

  it('is taken back with the rest', async () => {
    const back = await project.run('rollback', '--yes');
    expect([0, 6], back.stderr).toContain(back.code);
    const names = [['name', 'in', ['logo.png', 'moved', 'logo-td.png', 'hero.png']]];
    expect(await rpc.readAll('ir.attachment', names, ['id'])).toEqual([]);
  });

  async function waiting(): Promise<string[]> {
    const { items } = (await project.run('review', '--json')).json<{
      items: { code: string; message: string }[];
    }>();
    const mine = items.filter((one) => one.code === 'WB_TEMPLATE_PICTURE');
    expect(mine).toHaveLength(items.length);
    return mine.map((one) => one.message).sort();
  }

  const bodies = async (): Promise<Record<string, string>> =>
    Object.fromEntries(
      (
        await rpc.readAll('mail.template', [['x_waybill_key', '!=', false]], ['name', 'body_html'])
      ).map((one) => [String(one['name']), String(one['body_html'])]),
    );

  /** As whoever gets the mail: not logged in. The cookie only says which of the server's databases is meant. */
  async function asStranger(path: string): Promise<Buffer> {
    const login = await fetch(`${odoo.url}/web/login?db=${odoo.db}`, { redirect: 'manual' });
    const cookie = login.headers
      .getSetCookie()
      .map((one) => one.split(';')[0])
      .join('; ');
    const answer = await fetch(`${odoo.url}${path}`, { headers: { cookie } });
    return Buffer.from(await answer.arrayBuffer());
  }
});

const table = (...rows: readonly (readonly string[])[]): string =>
  rows
    .map((row) => `${row.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',')}\r\n`)
    .join('');

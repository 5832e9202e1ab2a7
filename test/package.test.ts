/** What `npm pack` makes runs where there is nothing else: no source, no development dependency. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeSample } from '../bench/sample.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'waybill-package-'));
const installed = join(folder, 'node_modules', 'waybill');

const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  readonly version: string;
  readonly devDependencies: Readonly<Record<string, string>>;
};

/** As npm would lay it out, without asking a registry: the package alone, as it has all that it imports in it. */
beforeAll(() => {
  execFileSync('npm', ['pack', '--pack-destination', folder], { cwd: ROOT, stdio: 'ignore' });
  mkdirSync(installed, { recursive: true });
  const archive = join(folder, `waybill-${manifest.version}.tgz`);
  execFileSync('tar', ['-xzf', archive, '-C', installed, '--strip-components=1']);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (...args: readonly string[]) =>
  spawnSync(process.execPath, [join(installed, 'bin/waybill.js'), ...args], {
    cwd: folder,
    encoding: 'utf8',
  });

it('runs, makes a project and opens its store', () => {
  expect(run('--version')).toMatchObject({ status: 0, stdout: `${manifest.version}\n` });
  const init = run('init', 'acme', '--source', 'allclients', '--export', '.', '--odoo', 'https://acme.example', '--db', 'acme', '--login', 'admin'); // prettier-ignore
  expect(init, init.stderr).toMatchObject({ status: 0, stderr: '' });
  const status = run('status', 'acme');
  expect(status, status.stderr).toMatchObject({ status: 0, stderr: '' });
  expect(status.stdout).toContain('Next: waybill scope');
});

it('reads a large export in threads of its own', async () => {
  const exportPath = join(folder, 'export');
  await writeSample(exportPath, { seed: 6, contacts: 36_000, notes: 72_000 });
  run('init', 'large', '--source', 'allclients', '--export', exportPath, '--odoo', 'https://acme.example', '--db', 'acme', '--login', 'admin'); // prettier-ignore
  const scope = run('scope', 'large');
  expect(scope, scope.stderr).toMatchObject({ status: 0 });
  const status = run('status', 'large');
  expect(status.stdout).toMatch(/contact .* pending 36,000/);
  expect(status.stdout).toMatch(/note .* pending 72,000/);
});

it('carries what a person reads, and neither sources nor tests', () => {
  for (const there of ['README.md', 'LICENSE', 'CHANGELOG.md', 'docs/errors.md', 'scripts/odoo'])
    expect(existsSync(join(installed, there)), there).toBe(true);
  const licences = readFileSync(join(installed, 'dist/licences.txt'), 'utf8');
  for (const name of ['undici', 'zod'])
    expect(licences).toContain(`${name} ${manifest.devDependencies[name]}, MIT`);
  for (const absent of ['src', 'test', 'node_modules'])
    expect(existsSync(join(installed, absent)), absent).toBe(false);
});

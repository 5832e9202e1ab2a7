/** On a Node that cannot run it, the binary says what it needs, and nothing else. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';

const BINARY = fileURLToPath(new URL('../../bin/waybill.js', import.meta.url));

const run = (node: string, ...args: readonly string[]) =>
  spawnSync(node, args, { encoding: 'utf8', env: { PATH: process.env['PATH'] } });

const refusal = (version: string) => ({
  status: 2,
  stdout: '',
  stderr: expect.stringMatching(
    `^waybill needs Node.js 24 or newer; this is Node.js ${version}.\n.*npm run waybill.*\n$`,
  ) as string,
});

it('a Node 20 is told what is needed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-node-'));
  const disguise = join(folder, 'disguise.mjs');
  writeFileSync(
    disguise,
    "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } });",
  );
  try {
    const ran = run(process.execPath, '--import', pathToFileURL(disguise).href, BINARY, '--help');
    expect(ran).toMatchObject(refusal('20.20.2'));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** The disguise above proves the message; only a really old one proves that it can read the file at all. */
it('every Node of this machine either runs it or is told', () => {
  const nodes = (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'node'))
    .filter((path) => existsSync(path));
  for (const node of new Set([process.execPath, ...nodes])) {
    const version = run(node, '--version').stdout.trim().replace('v', '');
    const ran = run(node, BINARY, '--version');
    const old = Number(version.split('.')[0]) < 24;
    expect(ran, node).toMatchObject(old ? refusal(version) : { status: 0, stderr: '' });
  }
});

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

function refuses(ran: ReturnType<typeof run>, version: string): void {
  expect(ran).toMatchObject({ status: 2, stdout: '' });
  expect(ran.stderr).toContain(`waybill needs Node.js 24 or newer; this is Node.js ${version}.`);
  expect(ran.stderr.trimEnd().split('\n')).toHaveLength(2);
}

it('a Node 20 is told what is needed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-node-'));
  const disguise = join(folder, 'disguise.mjs');
  writeFileSync(
    disguise,
    "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } });",
  );
  try {
    refuses(
      run(process.execPath, '--import', pathToFileURL(disguise).href, BINARY, '--help'),
      '20.20.2',
    );
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
    if (Number(version.split('.')[0]) < 24) refuses(ran, version);
    else expect(ran, `${node}: ${ran.stderr}`).toMatchObject({ status: 0, stderr: '' });
  }
});

/** What every command promises, tried on the spawned program: help, one JSON object, exit codes. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, describe, expect, it } from 'vitest';
import { addCommands } from '../../src/cli/commands.ts';
import { waybill, type Ran } from '../support/project.ts';

const program = new Command();
addCommands(program);
const COMMANDS = program.commands.map((command) => ({
  name: command.name(),
  description: command.description(),
  options: command.options.map((option) => option.long ?? ''),
  onProject: command.registeredArguments[0]?.name() === 'project',
}));

const folder = mkdtempSync(join(tmpdir(), 'waybill-cli-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Failure {
  readonly error: { readonly code: string; readonly message: string; readonly next?: string };
}

/** Standard output is one line, one object; a person reads the same on standard error. */
function failureOf(ran: Ran): Failure['error'] {
  expect(ran.stdout, ran.stderr).toMatch(/^\{.*\}\n$/);
  const { error } = ran.json<Failure>();
  expect(ran.stderr).toContain(`(${error.code})`);
  expect(ran.stderr).toContain(error.message);
  expect(ran.stderr).not.toMatch(/^\s+at .*:\d+/m);
  return error;
}

it('knows its commands', () => {
  expect(COMMANDS.length).toBeGreaterThanOrEqual(12);
});

describe.each(COMMANDS)('waybill $name', ({ name, description, options, onProject }) => {
  it('has help, with its exit codes', async () => {
    const ran = await waybill([name, '--help']);
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(ran.stdout.replace(/\s+/g, ' ')).toContain(description);
    expect(ran.stdout).toContain('Exit codes: 0 done;');
    for (const option of options) expect(ran.stdout).toContain(option);
  });

  it('says in one JSON object why it cannot begin', async () => {
    const ran = await waybill(
      onProject ? [name, folder, '--json'] : [name, '--json', '--nonsense'],
    );
    expect(ran.code).toBe(2);
    const error = failureOf(ran);
    expect(error.code).toBe(onProject ? 'WB_PROJECT_NOT_FOUND' : 'WB_USAGE');
    expect(error.next).toContain(onProject ? 'waybill init' : `waybill ${name} --help`);
  });
});

describe('the command line', () => {
  it('lists every command', async () => {
    const ran = await waybill(['--help']);
    expect(ran.code).toBe(0);
    for (const { name } of COMMANDS) expect(ran.stdout).toMatch(new RegExp(`^  ${name}\\b`, 'm'));
  });

  it('shows the help when no command is given, and counts that as a mistake', async () => {
    const ran = await waybill([]);
    expect(ran).toMatchObject({ code: 2, stdout: '' });
    expect(ran.stderr).toContain('Commands:');
  });

  it.each([
    ['an unknown command', ['ruin', '--json'], "unknown command 'ruin'"],
    ['an unknown option', ['status', '--json', '--fast'], "unknown option '--fast'"],
    ['one argument too many', ['status', '--json', 'one', 'two'], 'too many arguments'],
    ['an option without its value', ['status', '--json', '--env'], 'argument missing'],
    ['a required option left out', ['init', 'there', '--json'], "'--source <crm>' not specified"],
  ])('refuses %s', async (_, args, message) => {
    const ran = await waybill(args);
    expect(ran.code).toBe(2);
    expect(failureOf(ran)).toMatchObject({ code: 'WB_USAGE' });
    expect(failureOf(ran).message).toContain(message);
  });

  it('guesses what was meant', async () => {
    const ran = await waybill(['rolback']);
    expect(ran).toMatchObject({ code: 2, stdout: '' });
    expect(ran.stderr).toContain('Did you mean rollback?');
  });

  it('knows its version', async () => {
    const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
    const { version } = JSON.parse(manifest) as { version: string };
    expect(await waybill(['--version'])).toMatchObject({ code: 0, stdout: `${version}\n` });
  });
});

describe('a project that was just made', () => {
  const project = join(folder, 'fresh');
  const init = (dir: string, source = 'allclients') =>
    waybill(['init', dir, '--source', source, '--export', folder, '--odoo', 'http://127.0.0.1:9', '--db', 'acme', '--login', 'admin', '--json']); // prettier-ignore

  it('is made once', async () => {
    expect((await init(project)).json()).toEqual({ project });
    const again = await init(project);
    expect(again.code).toBe(2);
    expect(failureOf(again).code).toBe('WB_PROJECT_EXISTS');
  });

  it('is not made for a CRM that nobody knows', async () => {
    const ran = await init(join(folder, 'other'), 'lotus');
    expect(ran.code).toBe(2);
    expect(failureOf(ran).code).toBe('WB_CONFIG_INVALID');
  });

  it('says what comes next', async () => {
    const ran = await waybill(['status', project, '--json']);
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(ran.json()).toMatchObject({ mapping: 'none', next: 'waybill scope' });
  });

  it('does not run unmapped, and keeps quiet on standard output without --json', async () => {
    const ran = await waybill(['run', project]);
    expect(ran).toMatchObject({ code: 3, stdout: '' });
    expect(ran.stderr).toContain('WB_GATE_MAPPING');
  });

  it('names the line of waybill.yaml that is wrong', async () => {
    const config = join(project, 'waybill.yaml');
    writeFileSync(config, readFileSync(config, 'utf8').replace('http://127.0.0.1:9', 'nowhere'));
    const ran = await waybill(['status', project, '--json']);
    expect(ran.code).toBe(2);
    expect(failureOf(ran)).toMatchObject({
      code: 'WB_CONFIG_INVALID',
      message: expect.stringMatching(/line \d+: environments\.production\.url/),
    });
  });
});

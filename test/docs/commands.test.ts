/** docs/commands.md has every command with every option, and no other; the README lists the same commands. */
import { Command } from 'commander';
import { expect, it } from 'vitest';
import { addCommands } from '../../src/cli/commands.ts';
import { read, sections } from './markdown.ts';

const program = new Command();
addCommands(program);
const written = sections(read('docs/commands.md'), 2).filter((one) =>
  one.heading.startsWith('waybill '),
);
const titleOf = (command: Command): string =>
  ['waybill', command.name(), ...command.registeredArguments.map((one) => one.required ? `<${one.name()}>` : `[${one.name()}]`)].join(' '); // prettier-ignore

it('has a section for every command, in their order, and no other', () => {
  expect(written.map((one) => one.heading)).toEqual(program.commands.map(titleOf));
});

it.each(program.commands.map((command) => ({ name: command.name(), command })))(
  '$name: has every option and no other',
  ({ command }) => {
    const body = written.find((one) => one.heading === titleOf(command))?.body ?? '';
    const listed = [...body.matchAll(/^\| `(--[^`]*)`/gm)].map((one) => one[1] ?? '');
    expect(listed.sort()).toEqual(command.options.map((option) => option.flags).sort());
  },
);

it('the README lists every command and no other', () => {
  const table =
    sections(read('README.md'), 2).find((one) => one.heading === 'Commands')?.body ?? '';
  const listed = [...table.matchAll(/^\| `(\w+)/gm)].map((one) => one[1]);
  expect(listed).toEqual(program.commands.map((command) => command.name()));
});

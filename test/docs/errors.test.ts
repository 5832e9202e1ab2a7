/** docs/errors.md and core/errors.ts say the same. */
import { expect, it } from 'vitest';
import { ERRORS, EXIT } from '../../src/core/errors.ts';
import { read, sections } from './markdown.ts';

const page = read('docs/errors.md');
const codes = sections(page, 3).filter(({ heading }) => heading.startsWith('WB_'));

it('every code has a section, and every section a code', () => {
  expect(codes.map((one) => one.heading).sort()).toEqual(Object.keys(ERRORS).sort());
});

it.each(Object.entries(ERRORS))(
  '%s: title, class, exit code, when and what to do',
  (code, error) => {
    const body = codes.find((one) => one.heading === code)?.body ?? '';
    expect(body).toMatch(
      new RegExp(
        `^${escape(error.title)}\\. Class: ${error.class}\\. Exit code: ${error.exit}\\.\n\n\\S[^]+\n\n\\*\\*Do:\\*\\* \\S`,
      ),
    );
  },
);

it('the table of exit codes is complete', () => {
  const table = sections(page, 2).find((one) => one.heading === 'Exit codes')?.body ?? '';
  const listed = [...table.matchAll(/^\| (\d+)/gm)].map((one) => Number(one[1]));
  expect(listed).toEqual(Object.values(EXIT).sort((a, b) => a - b));
});

const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

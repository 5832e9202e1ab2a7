/** Value maps and transforms of mapping.yaml, and what a comparison of two versions names. */
import { describe, expect, it } from 'vitest';
import { compareMappings } from '../../src/mapping/compare-mappings.ts';
import { hashMapping, parseMapping } from '../../src/mapping/document.ts';
import { changeOf } from '../../src/mapping/prepare.ts';

const CHOICES = `
  duplicates: same-name
  match: email-and-name
  existing: fill-empty
  companies: text
  noteJoin: id-first
  fallbackOwner: ''
  createUsers: false
  groupsAsTeams: false
  timeZone: America/Chicago
  country: US
  tagPrefix: ''
  groupPrefix: 'Group: '`;
const yaml = (column: string): string =>
  `version: 1\nsource: allclients\nchoices:${CHOICES}\nobjects:\n  contact:\n    - column: A\n      to: slot:city\n${column}`;
const parse = (lines: string) => parseMapping(yaml(lines.replace(/^(?=.)/gm, '      ')));
const changed = (lines: string, cell: string, list = false): string => {
  const column = parse(lines).objects['contact']?.[0];
  if (!column) throw new Error('no column');
  return changeOf(column, list)(cell);
};

describe('a cell', () => {
  it.each([
    ['values: { Hot: Active }', 'Hot', 'Active'],
    ['values: { Hot: Active }', 'Cold', 'Cold'],
    ['values: { Hot: "" }', 'Hot', ''],
    ['values: { a: x }', 'toString', 'toString'],
    ['transform: [title]', 'ANA-MARIA o’brien', 'Ana-Maria O’Brien'],
    ['transform: [upper]', 'straße', 'STRASSE'],
    ['transform: [lower]', 'ÀÉ', 'àé'],
    ['transform: [digits]', '(512) 555-0100', '5125550100'],
    ['transform: [plain]', '<p>One<br>two</p>', 'One two'],
    [
      'transform: [plain]',
      '<p>B<b>ol</b>d &amp; <i>br</i>ight</p>\n<script>x()</script>',
      'Bold & bright',
    ],
    ['transform: [plain]', 'a < b, AT&T, 3 > 2', 'a < b, AT&T, 3 > 2'],
    ['transform: [first-word]', 'Ana María Díaz', 'Ana'],
    ['transform: [all-but-first-word]', 'Ana María Díaz', 'María Díaz'],
    ['transform: [last-word]', 'Ana María Díaz', 'Díaz'],
    ['transform: ["default:none"]', '', 'none'],
    ['transform: ["default:none"]', 'some', 'some'],
    ['transform: ["constant:a:b"]', 'anything', 'a:b'],
    ['transform: ["prefix:Mr. ", upper]', 'Lee', 'MR. LEE'],
    ['transform: ["prefix:Mr. "]', '', ''],
    ['values: { x: "y z" }\ntransform: [first-word]', 'x', 'y'],
  ])('%s: %j becomes %j', (lines, from, to) => {
    expect(changed(lines, from)).toBe(to);
  });

  it('of a list is mapped part by part', () => {
    expect(changed('values: { Golf: Sport, Wine: "" }', 'Golf; Wine; Chess', true)).toBe(
      'Sport, Chess',
    );
  });
});

describe('the document', () => {
  it('refuses a transform that nobody knows, with its line', () => {
    expect(() => parse('transform: [reverse]')).toThrow(/line \d+.*must be upper/);
  });

  it('has another hash with a value map or a transform, and keeps the line as decided', () => {
    const hashes = ['', 'values: { a: b }', 'values: { a: c }', 'transform: [upper]'].map((lines) =>
      hashMapping(parse(lines)),
    );
    expect(new Set(hashes).size).toBe(4);
    expect(parse('transform: [upper]').objects['contact']?.[0]?.decided).toBe(true);
  });

  it('is compared in words', () => {
    const before = parse('');
    const text = yaml('      values: { Hot: Active }\n    - column: B\n      to: drop\n');
    const after = parseMapping(text.replace('match: email-and-name', 'match: email'));
    expect(compareMappings(before, after)).toEqual([
      { where: 'choices.match', before: 'email-and-name', after: 'email' },
      {
        where: 'contact "A"',
        before: 'slot:city',
        after: 'slot:city {"values":{"Hot":"Active"}}',
      },
      { where: 'contact "B"', before: 'no such column', after: 'drop' },
    ]);
    expect(compareMappings(before, before)).toEqual([]);
  });
});

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { htmlText, sameValue } from '../../src/engine/compare.ts';
import { changes } from '../../src/engine/match.ts';
import { plainToHtml } from '../../src/lib/html.ts';

const seen = (text: string): string =>
  text
    .replace(/ +/g, ' ')
    .replace(/ ?\n ?/g, '\n')
    .trim();

describe('a value read back', () => {
  test.each<[string, unknown, unknown, boolean]>([
    ['char', 'Ann', 'Ann', true],
    ['char', 'Ann', 'ann', false],
    ['char', 'Ann', 'Ann ', false],
    ['char', 'a  b', 'a b', false],
    ['char', '', false, true],
    ['char', '0', null, false],
    ['text', 'a\nb', 'a b', false],
    ['text', 'é', 'e\u0301', false],
    ['integer', 0, 0, true],
    ['integer', 0, false, false],
    ['integer', 5, '5', false],
    ['boolean', false, false, true],
    ['boolean', false, true, false],
    ['float', 0.1 + 0.2, 0.3, true],
    ['float', 1_234_567.89, 1_234_567.9, false],
    ['float', 0, 1e-9, false],
    ['float', 1, 'x', false],
    ['monetary', 1_000_000_000.01, 1_000_000_000.02, false],
    ['date', '2020-01-01', '2020-01-02', false],
    ['datetime', '2020-01-01 00:00:00', '2020-01-01 00:00:01', false],
    ['selection', 'a', 'A', false],
    ['many2one', 5, 5, true],
    ['many2one', 5, 6, false],
    ['many2one', 5, null, false],
    ['many2many', [1, 2], [2, 1], true],
    ['many2many', [1, 2], [1], false],
    ['many2many', [1], [1, 2], false],
    ['many2many', [], null, true],
    [undefined as unknown as string, 'a', 'a', true],
  ])('of a %s: sent %j, found %j: equal is %j', (type, sent, found, equal) => {
    expect(sameValue(type, sent, found)).toBe(equal);
  });

  test.each<[string, string, boolean]>([
    ['<p>a<br>b</p>', '<p>a<br/>b</p>', true],
    ['<p>a</p>', '<p data-x="1">a</p>\n', true],
    ['<p>"a" &amp; b</p>', '<p>&quot;a&quot; &#38; b</p>', true],
    ['<p>a<br>b</p>', '<p>a\nb</p>', false],
    ['<p>a<br>b</p>', '<p>ab</p>', false],
    ['<p>a<br><br>b</p>', '<p>a<br>b</p>', false],
    ['<p>Ann</p>', '<p>ann</p>', false],
    ['<p>&lt;b&gt;</p>', '<p><b></b></p>', false],
    ['<p>&amp;lt;</p>', '<p>&lt;</p>', false],
    [
      '<p><a href="https://a.example?x=1&amp;y=2">a</a></p>',
      '<p><a target="_blank" href="https://a.example?x=1&amp;y=2" rel="x">a</a></p>',
      true,
    ],
    ['<p><a href="https://a.example">a</a></p>', '<p><a>a</a></p>', false],
    ['<p><a href="https://a.example">a</a></p>', '<p><a href="https://b.example">a</a></p>', false],
    ['<p>&constructor;</p>', '<p></p>', false],
    ['<p>x</p>', '', false],
  ])('of HTML: sent %j, found %j: equal is %j', (sent, found, equal) => {
    expect(sameValue('html', sent, found)).toBe(equal);
  });

  test('of a note shows what was typed: two texts are equal only when a reader sees the same', () => {
    const typed = fc.string({
      unit: fc.constantFrom('a', 'B', '<', '>', '&', 'lt;', '#39;', '\n', '😀', '"', ' '),
      maxLength: 10,
    });
    fc.assert(
      fc.property(typed, typed, (a, b) => {
        expect(htmlText(plainToHtml(a))).toBe(seen(a));
        expect(htmlText(plainToHtml(a)) === htmlText(plainToHtml(b))).toBe(seen(a) === seen(b));
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('what is written on a contact that Odoo has', () => {
  const found = {
    id: 1,
    name: 'Ann',
    phone: null,
    city: '',
    score: 0,
    active: true,
    category_id: [5, 3],
  };
  const wanted = {
    name: 'Ann Lee',
    phone: '1',
    city: 'Austin',
    score: 7,
    active: false,
    category_id: [3, 9],
    zip: null,
  };
  test.each([
    ['leave', {}],
    ['fill-empty', { phone: '1', city: 'Austin', score: 7, category_id: [3, 5, 9] }],
    [
      'overwrite',
      {
        name: 'Ann Lee',
        phone: '1',
        city: 'Austin',
        score: 7,
        active: false,
        category_id: [3, 5, 9],
      },
    ],
  ] as const)('by the rule %s is %j', (rule, expected) => {
    expect(changes(rule, found, wanted)).toEqual(expected);
  });
  test('is nothing once it is written, by any rule', () => {
    for (const rule of ['leave', 'fill-empty', 'overwrite'] as const)
      expect(changes(rule, { ...found, ...changes(rule, found, wanted) }, wanted)).toEqual({});
  });
  test('never empties a field or takes a tag away', () => {
    expect(changes('overwrite', found, { name: null, category_id: [] })).toEqual({});
  });
});

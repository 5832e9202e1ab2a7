/** Answers of the API, as well formed and as broken as they come. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitsSize } from '../../src/source/allclients/api/file-size.ts';
import { parseAnswer } from '../../src/source/allclients/api/parse-answer.ts';
import { rowsOf, type Row } from '../../src/source/allclients/api/tree.ts';
import { NO_QUIRKS, type Quirks } from '../support/allclients-server/quirks.ts';
import { toJson, toXml, type Node } from '../support/allclients-server/write-answer.ts';

const rows = (text: string, ...names: string[]): Row[] => {
  const answer = parseAnswer(text);
  if (answer.kind !== 'tree') throw new Error(JSON.stringify(answer));
  return rowsOf(answer.tree, ...names);
};

/** What XML can carry at all: no control characters, line ends as parsers see them. */
const text = fc
  .string({ unit: 'grapheme', maxLength: 40 })
  .map((one) => one.replace(/[\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu, ' '));
const name = fc
  .stringMatching(/^[a-z][a-z0-9_]{0,12}$/)
  .filter((one) => !['contact', 'error', 'results'].includes(one));
const record = fc.dictionary(name, text, { minKeys: 1, maxKeys: 8 });
const quirks = fc.record({ emptyElements: fc.boolean(), cdata: fc.boolean() });

const filled = (one: Record<string, string>): Row =>
  Object.fromEntries(Object.entries(one).filter(([, value]) => value !== ''));

describe('an answer', () => {
  it('gives every field of every record, whatever is in it, in XML and in JSON', () => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 6 }), quirks, (records, some) => {
        const all: Quirks = { ...NO_QUIRKS, ...some };
        const list: Node = records.map((one) => ['contact', Object.entries(one)]);
        const node: Node = [['results', [['contacts', list]]]];
        const wanted = records
          .filter((one) => some.emptyElements || Object.keys(filled(one)).length > 0)
          .map(filled);
        for (const answer of [`<?xml version="1.0"?>${toXml(node, all)}`, toJson(node, all)])
          expect(rows(answer, 'contact')).toEqual(wanted);
      }),
      { numRuns: 300 },
    );
  });

  it('cut anywhere is never taken for a whole one', () => {
    const node: Node = [
      [
        'results',
        [
          [
            'contacts',
            [
              [
                'contact',
                [
                  ['id', '1'],
                  ['firstname', 'Ana'],
                ],
              ],
              ['contact', [['id', '2']]],
            ],
          ],
        ],
      ],
    ];
    for (const whole of [toXml(node, NO_QUIRKS), toJson(node, NO_QUIRKS)])
      for (let length = 0; length < whole.length; length++)
        expect(parseAnswer(whole.slice(0, length)).kind, whole.slice(0, length)).toBe('unreadable');
  });

  it('never throws, whatever bytes come', () => {
    const piece = fc.constantFrom(
      '<',
      '>',
      '</',
      '<a>',
      '</a>',
      '<results>',
      '</results>',
      '<![CDATA[',
      ']]>',
      '&',
      '&amp;',
      '{',
      '}',
      '[',
      '"',
      'x',
      '\0',
      '<!--',
      '?>',
      '<?',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece).map((all) => all.join('')),
        ),
        (bytes) => {
          expect(['tree', 'error', 'unreadable']).toContain(parseAnswer(bytes).kind);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it.each([
    [
      'wrong closing tag',
      '<results><autoresponder><name>Drip</name><id>7</id></actionset></results>',
      'autoresponder',
      { name: 'Drip', id: '7' },
    ],
    [
      'container in itself',
      '<results><lettertemplates><lettertemplates><id>8</id><name>Hi</name></lettertemplates></lettertemplates></results>',
      'lettertemplates',
      { id: '8', name: 'Hi' },
    ],
    [
      'markup nobody escaped',
      '<results><step><type>Assign Flag</type><verbose>Assign <b>VIP</b><br></verbose></step></results>',
      'step',
      { type: 'Assign Flag', verbose: 'Assign <b>VIP</b><br>' },
    ],
    [
      'a namespace and capitals',
      '<a:Results xmlns:a="x"><a:Contact><a:FirstName>Ana</a:FirstName></a:Contact></a:Results>',
      'contact',
      { firstname: 'Ana' },
    ],
    [
      'a field that comes twice',
      '<results><contact><flag>A</flag><flag>B</flag></contact></results>',
      'contact',
      { flag: 'A; B' },
    ],
    [
      'a list of one as an object',
      '{"results":{"contacts":{"contact":{"id":7}}}}',
      'contact',
      { id: '7' },
    ],
    [
      'a CDATA object',
      '{"results":{"notes":{"note":[{"date":"1/2/2020","notecontent":{"#cdata-section":"a < b"}}]}}}',
      'note',
      { date: '1/2/2020', notecontent: 'a < b' },
    ],
  ])('is read in spite of %s', (_what, answer, row, expected) => {
    expect(rows(answer, row)).toEqual([expected]);
  });

  it.each([
    '<results></results>',
    '<results/>',
    '<results><contacts/></results>',
    '{"results":{"contacts":null}}',
    '{"results":null}',
    '{"results":{}}',
  ])('without records is an empty list: %s', (answer) =>
    expect(rows(answer, 'contact')).toEqual([]),
  );

  it('that is an error says so, in both forms', () => {
    for (const answer of [
      '<results>\n<error>Authentication failed</error>\n</results>',
      '{"results":{"error":"Authentication failed"}}',
    ])
      expect(parseAnswer(answer)).toEqual({ kind: 'error', said: 'Authentication failed' });
    expect(
      parseAnswer('<results><contact><error>a field of this name</error></contact></results>').kind,
    ).toBe('tree');
  });

  it('nested without end is refused, not fallen over', () => {
    for (const deep of ['<a>'.repeat(200_000), `${'['.repeat(200_000)}1${']'.repeat(200_000)}`])
      expect(parseAnswer(deep).kind).toBe('unreadable');
  });

  it('that is an HTML page says what page', () => {
    expect(
      parseAnswer('<!DOCTYPE html><html><head><title>Runtime Error</title></head></html>'),
    ).toEqual({
      kind: 'unreadable',
      why: 'the answer is an HTML page ("Runtime Error")',
    });
  });
});

it.each([
  [32_768, '32 KB', true],
  [32_100, '32 KB', true],
  [33_500, '32 KB', true],
  [10_000, '32 KB', false],
  [0, '0 KB', true],
  [0, '0 bytes', true],
  [5, '0 bytes', false],
  [1_572_864, '1.5 MB', true],
  [1_200_000, '1.5 MB', false],
  [12, '', true],
])('%i bytes can be what is called "%s": %s', (bytes, said, fits) => {
  expect(fitsSize(bytes, said)).toBe(fits);
});

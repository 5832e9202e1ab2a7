import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { reportHtml } from '../../src/report/html.ts';
import { reportJson } from '../../src/report/json.ts';
import type { ReportModel } from '../../src/report/model.ts';
import { reportText } from '../../src/report/text.ts';
import { verdictOf } from '../../src/report/verdict.ts';
import { fileOf } from '../support/mapping.ts';

/** A report in which every text is the given one. */
function modelOf(text: string, change: Partial<ReportModel> = {}): ReportModel {
  const file = {
    ...fileOf('contact', { 'Contact ID': ['1'], Email: ['a@x.co'] }),
    path: text,
    encoding: text,
    sha256: text,
  };
  const columns = file.columns.map((one) => ({
    ...one,
    id: text,
    header: text,
    reason: text,
    profile: { ...one.profile, examples: [text, text] },
  }));
  return {
    title: text,
    scope: null,
    estimate: null,
    at: '2024-01-02T03:04:05.000Z',
    project: text,
    environment: text,
    destination: { url: text, db: text, version: text, edition: text },
    source: {
      name: text,
      traps: [text],
      inspection: {
        files: [{ ...file, columns }],
        skipped: [{ path: text, reason: text }],
        notices: [text],
      },
    },
    mapping: {
      hash: text,
      approvedBy: text,
      approvedAt: '2024-01-02T03:04:05Z',
      choices: { [text]: text },
      objects: {
        [text]: [
          { column: text, to: text, field: text, confidence: 0.5, reason: text, decided: true },
        ],
      },
    },
    run: {
      id: 1,
      state: 'done',
      startedAt: '2024-01-02T03:04:05Z',
      endedAt: '2024-01-02T03:05:05Z',
      totals: { [text]: 7 },
      ledger: [{ step: text, op: text, state: text, n: 7 }],
    },
    balance: [
      {
        object: text,
        extracted: 10,
        lost: 0,
        counts: { loaded: 7, merged: 1, excluded: 0, queued: 1, rejected: 1, pending: 0 },
        balances: true,
      },
    ],
    owners: [{ label: text, email: text, active: null, how: text, user: text, contacts: 7 }],
    verification: {
      at: '2024-01-02T03:04:05Z',
      records: 7,
      missing: 0,
      values: 70,
      differences: 0,
      fields: [{ model: text, field: text, checked: 7, equal: 7 }],
      verdicts: [{ key: text, field: text, expected: text, found: text, verdict: text }],
    },
    merged: [{ object: text, key: text, into: text }],
    review: {
      open: [{ code: text, title: text, n: 1 }],
      items: [
        {
          id: 1,
          object: text,
          key: text,
          place: text,
          code: text,
          message: text,
          column: text,
          raw: text,
          resolution: text,
        },
      ],
    },
    ...change,
  };
}

const shown = (html: string): string =>
  html
    .replace(/<style>[^]*?<\/style>/g, '')
    .replace(/<[^>]*>/g, '\u0001')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');

const HOSTILE = [
  '<script>alert(1)</script>',
  '</style><script>x</script>',
  '" onload="x',
  "' onclick='x",
  '</td></table>',
  '<img src=x onerror=y>',
  '&lt;b&gt;',
  '&amp;',
  '😀',
  '<!--',
  ']]>',
  '\u202e',
  'javascript:x',
  '$&',
  '${x}',
];

const tags = (html: string): string[] =>
  (html.match(/<[^>]*>/g) ?? []).map((tag) => tag.replace(/ aria-label="[^"<>]*"/, ''));

describe('the report', () => {
  test('shows any text as that text: nothing a customer typed becomes markup', () => {
    const calm = tags(reportHtml(modelOf('calm')));
    fc.assert(
      fc.property(
        fc.oneof(
          fc.constantFrom(...HOSTILE),
          fc.string({
            unit: fc.constantFrom('<', '>', '"', "'", '&', '/', 'b', '=', '😀', '\n'),
            minLength: 1,
            maxLength: 12,
          }),
        ),
        (text) => {
          const html = reportHtml(modelOf(text));
          expect(tags(html)).toEqual(calm);
          expect(shown(html)).toContain(`\u0001${text}\u0001`);
        },
      ),
      { numRuns: 150 },
    );
  });

  test('cuts a long value between characters, never inside an emoji, and says that it did', () => {
    for (const lead of ['', 'x']) {
      const html = reportHtml(
        modelOf('ok', { merged: [{ object: 'contact', key: lead + '😀'.repeat(400), into: 'y' }] }),
      );
      expect(html.isWellFormed()).toBe(true);
      expect(html).toContain('😀…');
    }
  });

  test('shows two long values where they part, not where they begin alike', () => {
    const long = 'same '.repeat(200);
    const found = modelOf('ok').verification;
    const verdicts = [
      { key: 'k', field: 'f', expected: `${long}sent`, found: `${long}found`, verdict: 'differs' },
    ];
    const html = reportHtml(modelOf('ok', { verification: found && { ...found, verdicts } }));
    expect(html).toContain('same sent</td>');
    expect(html).toContain('same found</td>');
  });

  test('opens from disk: no address to load from, no script, and the browser is told so', () => {
    const html = reportHtml(modelOf('calm'));
    expect(html).not.toMatch(/https?:|src=|@import|url\(|<script|<link|<iframe/i);
    expect(html).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
    expect(
      [...html.matchAll(/href="([^"]*)"/g)].every(
        ([, href = '']) => href.startsWith('#') && html.includes(`id="${href.slice(1)}"`),
      ),
    ).toBe(true);
  });

  test('as JSON is the model, to the last character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(JSON.parse(reportJson(modelOf(text)))).toEqual(modelOf(text));
      }),
    );
  });

  test('says first what is wrong, in the same words on the terminal', () => {
    const bad = modelOf('contact', {
      balance: [
        {
          object: 'contact',
          extracted: 10,
          lost: 0,
          counts: { loaded: 7, pending: 3 },
          balances: false,
        },
      ],
    });
    const look = modelOf('contact');
    const good = modelOf('contact', { review: { open: [], items: [] } });
    const none = modelOf('contact', { run: null });
    expect([bad, look, good, none].map((one) => verdictOf(one).mood)).toEqual([
      'bad',
      'look',
      'good',
      'none',
    ]);
    expect(verdictOf(bad).text).toMatch(/^Not balanced: 3 records are not accounted for/);
    for (const one of [bad, look, good, none]) {
      expect(reportText(one)).toContain(verdictOf(one).text);
      expect(reportHtml(one)).toContain(`class="verdict ${verdictOf(one).mood}"`);
    }
  });

  test('of a project with nothing in it yet is a report all the same', () => {
    const empty = modelOf('calm', {
      destination: null,
      source: null,
      mapping: null,
      run: null,
      verification: null,
      balance: [],
      owners: [],
      merged: [],
      review: { open: [], items: [] },
    });
    expect(shown(reportHtml(empty))).toContain('Nothing was loaded yet.');
    expect(reportHtml(empty)).not.toMatch(/undefined|null|NaN/);
  });
});

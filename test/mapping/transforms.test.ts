import * as fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, test } from 'vitest';
import { cleanHtml, escapeHtml, plainToHtml } from '../../src/lib/html.ts';
import { foldText, namesContradict, slug } from '../../src/lib/names.ts';
import { phoneFormatter } from '../../src/lib/phones.ts';
import { parseBoolean } from '../../src/mapping/transforms/booleans.ts';
import { dateReader } from '../../src/mapping/transforms/dates.ts';
import { emailKey, parseEmails } from '../../src/mapping/transforms/emails.ts';
import { splitList } from '../../src/mapping/transforms/lists.ts';
import { parseInteger, parseNumber } from '../../src/mapping/transforms/numbers.ts';
import { cleanText, singleLine } from '../../src/mapping/transforms/text.ts';

const ZONES = [
  'America/Chicago',
  'Europe/London',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'America/St_Johns',
  'Africa/Casablanca',
  'UTC',
];
const two = (n: number): string => String(n).padStart(2, '0');

/** What Temporal makes of a wall clock: an hour that is twice is the first, one that is not is moved forward. */
const temporal = (date: Temporal.PlainDateTime, zone: string): string =>
  date
    .toZonedDateTime(zone, { disambiguation: 'compatible' })
    .toInstant()
    .toString({ smallestUnit: 'second' })
    .replace('T', ' ')
    .replace('Z', '');

const wall = fc.record({
  year: fc.integer({ min: 1920, max: 2060 }),
  month: fc.integer({ min: 1, max: 12 }),
  day: fc.integer({ min: 1, max: 31 }),
  hour: fc.integer({ min: 0, max: 23 }),
  minute: fc.integer({ min: 0, max: 59 }),
  second: fc.integer({ min: 0, max: 59 }),
});

describe('a date', () => {
  test('on any wall clock is the moment that Temporal says, in every form that exports write', () => {
    const readers = new Map(
      ZONES.map((zone) => [zone, { mdy: dateReader(zone, 'mdy'), dmy: dateReader(zone, 'dmy') }]),
    );
    fc.assert(
      fc.property(wall, fc.constantFrom(...ZONES), (at, zone) => {
        const date = Temporal.PlainDateTime.from(at, { overflow: 'constrain' });
        const { year, month, day, hour, minute, second } = date;
        const expected = temporal(date, zone);
        const half = `${hour % 12 === 0 ? 12 : hour % 12}:${two(minute)}:${two(second)} ${hour < 12 ? 'AM' : 'PM'}`;
        const full = `${two(hour)}:${two(minute)}:${two(second)}`;
        const us = [
          `${month}/${day}/${year} ${half}`,
          `${two(month)}/${two(day)}/${year}, ${half.toLowerCase()}`,
          `${month}-${day}-${year} ${full}`,
        ];
        const european = [
          `${day}/${month}/${year} ${full}`,
          `${two(day)}.${two(month)}.${year} ${full}`,
        ];
        const either = [
          `${year}-${two(month)}-${two(day)} ${full}`,
          `${year}-${two(month)}-${two(day)}T${full}.123`,
        ];
        const { mdy, dmy } = readers.get(zone) ?? {
          mdy: dateReader(zone, 'mdy'),
          dmy: dateReader(zone, 'dmy'),
        };
        for (const text of [...us, ...either]) expect(mdy.datetime(text), text).toBe(expected);
        for (const text of [...european, ...either])
          expect(dmy.datetime(text), text).toBe(expected);
      }),
      { numRuns: 1_000 },
    );
  });

  test('in the hours around every change of the clock in Chicago is right to the minute', () => {
    const reader = dateReader('America/Chicago', 'mdy');
    for (let year = 1970; year <= 2030; year++) {
      let at = Temporal.PlainDate.from({ year, month: 1, day: 1 }).toZonedDateTime(
        'America/Chicago',
      );
      for (;;) {
        const next = at.getTimeZoneTransition('next');
        if (!next || next.year > year) break;
        at = next;
        for (let minutes = -180; minutes <= 180; minutes += 30) {
          const local = next.toPlainDateTime().add({ minutes });
          const text = `${local.month}/${local.day}/${local.year} ${two(local.hour)}:${two(local.minute)}`;
          expect(reader.datetime(text), text).toBe(temporal(local, 'America/Chicago'));
        }
      }
    }
  });

  test.each<[string, string | undefined]>([
    ['3/9/2025 2:30 AM', '2025-03-09 08:30:00'], // does not exist: moved forward
    ['11/2/2025 1:30 AM', '2025-11-02 06:30:00'], // exists twice: the first
    ['1/1/2024 12:00 AM', '2024-01-01 06:00:00'],
    ['1/1/2024 12:00 PM', '2024-01-01 18:00:00'],
    ['7/4/2024', '2024-07-04 05:00:00'],
    ['Jul 4, 2024 5:00 pm', '2024-07-04 22:00:00'],
    ['4 July 2024', '2024-07-04 05:00:00'],
    ['2024-07-04T00:00:00Z', '2024-07-04 00:00:00'],
    ['2024-07-04 00:00:00 +05:30', '2024-07-03 18:30:00'],
    ['2024-02-29', '2024-02-29 06:00:00'],
    ['2023-02-29', undefined],
    ['31/02/2024', undefined],
    ['2/31/2024', undefined],
    ['1/1/24', undefined],
    ['1/1/2024 0:30 AM', undefined],
    ['1/1/2024 13:00 PM', undefined],
    ['1/1/2024 24:00', undefined],
    ['1/1/2024 10:60', undefined],
    ['2024-07-04 00:00 +99:99', undefined],
    ['1/1-2024', undefined],
    ['Smarch 1, 2024', undefined],
    ['tomorrow', undefined],
    ['45123', undefined],
    ['', undefined],
  ])('%j on the clock of Chicago is %j', (text, expected) => {
    expect(dateReader('America/Chicago', 'mdy').datetime(text)).toBe(expected);
  });

  test('without a time is never moved by a zone, and a time of day is never dropped', () => {
    fc.assert(
      fc.property(wall, fc.constantFrom(...ZONES), (at, zone) => {
        const { year, month, day } = Temporal.PlainDateTime.from(at, { overflow: 'constrain' });
        const iso = `${year}-${two(month)}-${two(day)}`;
        expect(dateReader(zone, 'mdy').date(`${month}/${day}/${year}`)).toBe(iso);
        expect(dateReader(zone, 'dmy').date(`${day}/${month}/${year}`)).toBe(iso);
        expect(dateReader(zone, 'mdy').date(`${month}/${day}/${year} 12:00 AM`)).toBe(iso);
        expect(dateReader(zone, 'mdy').date(`${month}/${day}/${year} 3:00 PM`)).toBeUndefined();
      }),
    );
  });
});

const digits = (text: string): string => text.replace(/\D/g, '');

describe('a telephone number', () => {
  const us = phoneFormatter('US');
  test('never loses a digit or its extension, whatever was written', () => {
    const part = fc.constantFrom(
      '(',
      ')',
      '-',
      '.',
      ' ',
      '+',
      '512',
      '555',
      '0100',
      '1',
      '44',
      'x',
      ' ext. ',
      '20',
      '7946',
      '/',
      '#',
      'A',
    );
    fc.assert(
      fc.property(
        fc.string({ unit: part, maxLength: 9 }),
        fc.constantFrom('US', 'GB', 'DE'),
        (text, country) => {
          const out = phoneFormatter(country)(text);
          if (out === text) return;
          // A national number gains its country's code and may lose the trunk zero before it; nothing else changes.
          const national = digits(text).replace(/^(00|0|1)?/, '');
          expect(digits(out).endsWith(national), `${text} -> ${out}`).toBe(true);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test.each([
    ['(512) 555-0100', '+1 512 555 0100'],
    ['512.555.0100', '+1 512 555 0100'],
    ['15125550100', '+1 512 555 0100'],
    ['512-555-0100 x 12', '+1 512 555 0100 ext. 12'],
    ['+44 20 7946 0000', '+44 20 7946 0000'],
    ['call 5 first', 'call 5 first'],
    ['555-0100', '555-0100'],
    ['(000) 555-0100', '(000) 555-0100'],
    ['512-555-0100 / 512-555-0101', '512-555-0100 / 512-555-0101'],
    ['512-555-0100 (Ann)', '512-555-0100 (Ann)'],
  ])('%j becomes %j, and that stays what it is', (text, expected) => {
    expect(us(text)).toBe(expected);
    expect(us(expected)).toBe(expected);
  });
});

describe('a number', () => {
  test('is read from the way people write money, and no other number comes out', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 9_999_999_999 }),
        fc.integer({ min: 0, max: 99 }),
        fc.constantFrom('', '$', '€'),
        fc.boolean(),
        fc.boolean(),
        (whole, cents, sign, grouped, minus) => {
          const text = `${sign}${grouped ? whole.toLocaleString('en-US') : whole}.${two(cents)}`;
          const value = Number(`${whole}.${two(cents)}`);
          expect(parseNumber(minus ? `(${text})` : text)).toBe(minus ? 0 - value : value);
          expect(parseNumber(minus ? `-${text}` : text)).toBe(minus ? 0 - value : value);
        },
      ),
    );
  });
  test.each<[string, number | undefined]>([
    ['$1,234.50', 1234.5],
    ['(12.00)', -12],
    ['45%', 45],
    ['.5', 0.5],
    ['-$5', -5],
    ['$-5', -5],
    ['0', 0],
    ['-0', 0],
    ['0.50', 0.5],
    ['1,23', undefined],
    ['1.234,50', undefined],
    ['12 34', undefined],
    ['--5', undefined],
    ['(-5)', undefined],
    ['', undefined],
    ['$', undefined],
    ['1e3', undefined],
    ['0x10', undefined],
    ['Infinity', undefined],
    ['02134', undefined],
    ['4111111111111111', undefined],
    ['9007199254740993', undefined],
  ])('%j is %j', (text, expected) => {
    expect(parseNumber(text)).toBe(expected);
  });
  test('is an integer only when Odoo can hold it', () => {
    expect(['2147483647', '-2147483647', '12.0', '2147483648', '12.5'].map(parseInteger)).toEqual([
      2147483647,
      -2147483647,
      12,
      undefined,
      undefined,
    ]);
  });
});

describe('a list', () => {
  const item = fc
    .string({
      unit: fc.constantFrom('a', 'B', 'é', ' ', '😀', '-', '"', ',', ';', '|'),
      minLength: 1,
      maxLength: 6,
    })
    .map((text) => text.trim().replace(/\s+/g, ' '))
    .filter((text) => text !== '');
  test('that was written with quotes is read back, each thing once', () => {
    fc.assert(
      fc.property(
        fc.array(item, { maxLength: 6 }),
        fc.constantFrom(',', '; ', ' | '),
        (items, separator) => {
          const text = items
            .map((one) => (/[",;|]/.test(one) ? `"${one.replaceAll('"', '""')}"` : one))
            .join(separator);
          const once = [
            ...new Map(items.toReversed().map((one) => [one.toLowerCase(), one])).values(),
          ].toReversed();
          expect(new Set(splitList(text).map((one) => one.toLowerCase()))).toEqual(
            new Set(once.map((one) => one.toLowerCase())),
          );
          expect(splitList(text)).toHaveLength(once.length);
        },
      ),
    );
  });
});

describe('an e-mail cell', () => {
  test.each<[string, readonly string[], readonly string[]]>([
    ['Ann@Example.com', ['Ann@Example.com'], []],
    ['mailto:a@b.co', ['a@b.co'], []],
    ['Ann Lee <a@b.co>; b@b.co, nonsense', ['a@b.co', 'b@b.co'], ['nonsense']],
    ['a@b', [], ['a@b']],
    ['a@b.co/c@d.co', [], ['a@b.co/c@d.co']],
    [' ', [], []],
  ])('%j holds %j, and %j is no address', (raw, addresses, invalid) => {
    expect(parseEmails(raw)).toEqual({ addresses, invalid });
    expect(emailKey(raw)).toBe((addresses[0] ?? '').toLowerCase());
  });
  test('loses nothing that is no separator', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', '@', '.', 'co', ' ', ',', ';'), maxLength: 14 }),
        (raw) => {
          const { addresses, invalid } = parseEmails(raw);
          expect([...addresses, ...invalid].join('').replace(/[\s,;]/g, '').length).toBe(
            raw.replace(/[\s,;]/g, '').length,
          );
        },
      ),
    );
  });
});

const visible = (text: string): string => text.replace(/[\s\p{Cc}]/gu, '');

const shown = (html: string): string =>
  html
    .replace(/^<p>|<\/p>$/g, '')
    .replaceAll('<br>', '\n')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');

describe('text', () => {
  const anyText = fc.string({ unit: 'binary', maxLength: 40 });
  test('cleaned is text that stays as it is when cleaned again, and no visible character is gone', () => {
    fc.assert(
      fc.property(anyText, (raw) => {
        expect(cleanText(cleanText(raw))).toBe(cleanText(raw));
        expect(singleLine(singleLine(raw))).toBe(singleLine(raw));
        expect(visible(cleanText(raw))).toBe(visible(raw));
        expect(visible(singleLine(raw))).toBe(visible(raw));
        expect(singleLine(raw)).not.toMatch(/[\r\n]/);
      }),
    );
  });
  test('put into HTML shows what was typed, letter by letter', () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom(
            '<',
            '>',
            '&',
            '"',
            "'",
            'b',
            '/',
            'amp;',
            'lt;',
            '\n',
            '\r\n',
            '\r',
            '😀',
          ),
        }),
        (text) => {
          expect(shown(plainToHtml(text))).toBe(text.replace(/\r\n?/g, '\n'));
          expect(escapeHtml(text)).not.toMatch(/[<>]/);
        },
      ),
    );
  });
  test('of HTML keeps its words and drops what could act', () => {
    const html = cleanHtml(
      '<p onclick="x()">Hi <b>Ann</b><script>alert(1)</script><a href="javascript:x">no</a><a href="https://a.example?x=1&y=2">yes</a><img src="https://a.example/p.png" alt="photo"><img src=x onerror=y></p>',
    );
    expect(html).toBe(
      '<p>Hi <b>Ann</b><a>no</a><a href="https://a.example?x=1&amp;y=2">yes</a><a href="https://a.example/p.png">photo</a><a href="x">x</a></p>',
    );
    expect(cleanHtml(html)).toBe(html);
  });
  test('names are one in any case, spacing and encoding of their accents, and two with other accents', () => {
    expect(foldText(' JOSÉ \u00a0 Díaz\n')).toBe(foldText('jose\u0301 di\u0301az'));
    expect(foldText('José')).not.toBe(foldText('Jose'));
    fc.assert(
      fc.property(anyText, (raw) => {
        expect(foldText(foldText(raw))).toBe(foldText(raw));
      }),
    );
  });
  const words = fc.string({ unit: fc.constantFrom('a', 'b', 'ab', ' ', 'é') });
  test('names contradict only when neither can be short for the other', () => {
    expect(
      [
        ['Ann Lee', 'Ann'],
        ['Ann Lee', 'Lee, Ann M.'],
        ['', 'Ann'],
        ['Ann Lee', 'Bob Lee'],
      ].map(([a = '', b = '']) => namesContradict(a, b)),
    ).toEqual([false, false, false, true]);
    fc.assert(
      fc.property(words, words, (a, b) => {
        expect(namesContradict(a, b)).toBe(namesContradict(b, a));
      }),
    );
  });
  test('as a technical name has nothing but small letters, digits and underscores', () => {
    fc.assert(
      fc.property(anyText, (raw) => {
        expect(slug(raw)).toMatch(/^([a-z0-9]+(_[a-z0-9]+)*)?$/);
      }),
    );
  });
  test('yes and no are read, a maybe is not', () => {
    expect(['Yes', ' TRUE ', 'x', '0', 'off', 'maybe', '', '2'].map(parseBoolean)).toEqual([
      true,
      true,
      true,
      false,
      false,
      undefined,
      undefined,
      undefined,
    ]);
  });
});

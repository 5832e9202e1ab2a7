/** Merge fields become what Odoo renders; everything else in a template stays text that Odoo cannot run. */
import { array, assert, constantFrom, pre, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { translateBody, translateSubject } from '../../src/mapping/merge-fields.ts';

const FIRST = "(object.name or '').split(' ')[0]";

describe('a merge field', () => {
  it.each([
    '{{First Name}}',
    '{{ firstname }}',
    '[[FirstName]]',
    '##First Name##',
    '%%FNAME%%',
    '*|FNAME|*',
  ])('%s is the first name', (field) => {
    expect(translateSubject(`Hi ${field}!`, 'qweb').text).toBe(`Hi {{ ${FIRST} }}!`);
    expect(translateSubject(`Hi ${field}!`, 'jinja').text).toBe(`Hi \${${FIRST}}!`);
  });

  it('in single brackets is one only when its name is known', () => {
    const { text, unknown } = translateBody('<p>[City] [sic] {x}</p>', 'qweb');
    expect(text).toBe(`<p><t t-out="object.city or ''"></t> [sic] {x}</p>`);
    expect(unknown).toEqual([]);
  });

  it('without an equivalent becomes text in brackets and is named', () => {
    const { text, unknown } = translateBody('<p>{{Loyalty Code}}</p>', 'qweb');
    expect(text).toBe('<p>[Loyalty Code]</p>');
    expect(unknown).toEqual(['{{Loyalty Code}}']);
  });

  it('within a tag is not translated, for QWeb would print it', () => {
    const { text, unknown } = translateBody('<a href="mailto:{{Email}}">{{Email}}</a>', 'qweb');
    expect(text).toBe(`<a href="mailto:[Email]"><t t-out="object.email or ''"></t></a>`);
    expect(unknown).toEqual(['{{Email}}']);
  });
});

/** Odoo's own reading: placeholders are quoted texts, joined; whatever else would be code fails the test. */
const render = (text: string, placeholder: RegExp): string =>
  text.replace(placeholder, (_, code: string) =>
    code
      .split(' + ')
      .map((part) => /^'(.*)'$/.exec(part)?.[1] ?? `CODE(${part})`)
      .join(''),
  );

describe('what the customer wrote', () => {
  const pieces = array(
    constantFrom('{', '{{', '}}', '$', '${', '%', '##', '<%', '\n', ' ', 'a', '[', ']]', '*|'),
    { maxLength: 14 },
  );

  it('reads the same in a subject of Odoo 15 and later', () => {
    assert(
      property(pieces, (parts) => {
        const raw = parts.join('');
        const { text, unknown } = translateSubject(raw, 'qweb');
        pre(unknown.length === 0);
        expect(render(text, /\{\{ (.+?) \}\}/g)).toBe(raw);
      }),
    );
  });

  it('reads the same in a template of Odoo 14, and begins no line that Jinja obeys', () => {
    assert(
      property(pieces, (parts) => {
        const raw = parts.join('');
        const { text, unknown } = translateBody(raw, 'jinja');
        pre(unknown.length === 0);
        expect(render(text, /\$\{('.*?')\}(?!')/g)).toBe(raw);
        expect(text).not.toMatch(/^\s*%|##|<%/m);
      }),
    );
  });
});

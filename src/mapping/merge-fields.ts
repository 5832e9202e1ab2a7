/** Merge fields of a mail template, as Odoo's placeholders; and whatever else in it Odoo would take for code. */

/** What a merge field means for a contact (`object`), by its name without case, spaces and punctuation. */
const FIRST = "(object.name or '').split(' ')[0]";
const LAST = "' '.join((object.name or '').split(' ')[1:])";
const COMPANY = "object.commercial_company_name or ''";
const MEANINGS: Readonly<Record<string, string>> = {
  firstname: FIRST,
  fname: FIRST,
  contactfirstname: FIRST,
  lastname: LAST,
  lname: LAST,
  contactlastname: LAST,
  fullname: "object.name or ''",
  name: "object.name or ''",
  contactname: "object.name or ''",
  email: "object.email or ''",
  emailaddress: "object.email or ''",
  company: COMPANY,
  companyname: COMPANY,
  phone: "object.phone or ''",
  phone1: "object.phone or ''",
  address: "object.street or ''",
  street: "object.street or ''",
  city: "object.city or ''",
  state: "object.state_id.name or ''",
  zip: "object.zip or ''",
  zipcode: "object.zip or ''",
  postalcode: "object.zip or ''",
  country: "object.country_id.name or ''",
  website: "object.website or ''",
  ownername: "object.user_id.name or ''",
  owner: "object.user_id.name or ''",
  teammember: "object.user_id.name or ''",
  teammembername: "object.user_id.name or ''",
  owneremail: "object.user_id.email or ''",
  teammemberemail: "object.user_id.email or ''",
};

/**
 * How CRMs write merge fields. Which of these AllClients uses is published nowhere, so all are read; one pair of
 * square or curly brackets is ordinary text, unless a known name stands in it.
 */
const MARKS =
  /\{\{\s*([^{}<>]{1,60}?)\s*\}\}|\[\[\s*([^[\]<>]{1,60}?)\s*\]\]|##\s*([\w .-]{1,60}?)\s*##|%%\s*([\w .-]{1,60}?)\s*%%|\*\|\s*([^|<>]{1,60}?)\s*\|\*/g;
const LOOSE = /\[\s*([\w ]{1,40}?)\s*\]|\{\s*([\w ]{1,40}?)\s*\}/g;

const fold = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '');

/** 14 renders a template as Jinja (`${…}`), from 15 on the body as QWeb and the subject with `{{ … }}`. */
export type Dialect = 'jinja' | 'qweb';

export interface Translated {
  readonly text: string;
  /** Merge fields that mean nothing to Odoo, as they were written. */
  readonly unknown: readonly string[];
}

export function translateSubject(raw: string, dialect: Dialect): Translated {
  const { write, inert } = WRITERS[dialect === 'jinja' ? 'jinja' : 'inline'];
  return translate(raw, write, inert);
}

/** Within a tag nothing is translated: QWeb puts no value into an attribute this way. */
export function translateBody(html: string, dialect: Dialect): Translated {
  const { write, inert } = WRITERS[dialect];
  const unknown: string[] = [];
  const parts = html.split(/(<[^>]*>)/).map((part) => {
    const done = translate(part, part.startsWith('<') ? () => undefined : write, inert);
    unknown.push(...done.unknown);
    return done.text;
  });
  const text = parts.join('');
  return {
    text: dialect === 'jinja' ? withoutLineStatements(text) : text,
    unknown: [...new Set(unknown)],
  };
}

interface Writer {
  readonly write: (meaning: string) => string;
  /** What the customer wrote must not run, and must read as it was written. */
  readonly inert: (text: string) => string;
}

const WRITERS: Readonly<Record<Dialect | 'inline', Writer>> = {
  /** Odoo's body from 15 on: only tags and attributes mean something, and those are cleaned before. */
  qweb: { write: (meaning) => `<t t-out="${meaning}"></t>`, inert: (text) => text },
  inline: {
    write: (meaning) => `{{ ${meaning} }}`,
    inert: (text) => text.replaceAll('{{', "{{ '{' + '{' }}"),
  },
  /** Odoo 14 (mail/models/mail_render_mixin.py): `${…}`, `<% … %>`, and `##` for the rest of a line. */
  jinja: {
    write: (meaning) => `\${${meaning}}`,
    inert: (text) =>
      text.replace(/\$\{|<%|##/g, ([one = '', two = '']) => `\${'${one}' + '${two}'}`),
  },
};

/** A line that begins with % is a statement. Only a body has lines. */
const withoutLineStatements = (text: string): string =>
  text.replace(/^(\s*)%/gm, (_, space: string) => `${space}\${'%'}`);

function translate(
  raw: string,
  write: (meaning: string) => string | undefined,
  inert: Writer['inert'],
): Translated {
  const unknown: string[] = [];
  const pieces: string[] = [];
  let rest = 0;
  for (const match of found(raw)) {
    pieces.push(inert(raw.slice(rest, match.index)));
    rest = match.index + match.whole.length;
    const meaning = MEANINGS[fold(match.name)];
    const written = meaning === undefined ? undefined : write(meaning);
    if (written === undefined) unknown.push(match.whole);
    pieces.push(written ?? inert(`[${match.name}]`));
  }
  pieces.push(inert(raw.slice(rest)));
  return { text: pieces.join(''), unknown: [...new Set(unknown)] };
}

interface Mark {
  readonly index: number;
  readonly whole: string;
  readonly name: string;
}

function found(raw: string): Mark[] {
  const marks = [...raw.matchAll(MARKS)].map(toMark);
  const loose = [...raw.matchAll(LOOSE)]
    .map(toMark)
    .filter(({ name }) => fold(name) in MEANINGS)
    .filter(({ index }) => !marks.some((one) => index >= one.index && index < end(one)));
  return [...marks, ...loose].sort((a, b) => a.index - b.index);
}

const toMark = (match: RegExpExecArray): Mark => ({
  index: match.index,
  whole: match[0],
  name: match.slice(1).find((group) => group !== undefined) ?? '',
});
const end = (mark: Mark): number => mark.index + mark.whole.length;

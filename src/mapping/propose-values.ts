/**
 * Proposes what the values of a column become. Stages and statuses are mapped one and all; of everything else only
 * what does not match in Odoo by itself is named: with the best guess, or as it is, for a person to write over.
 */
import { foldText, namesContradict } from '../lib/names.ts';
import type {
  Inspection,
  SourceColumn,
  SourceDeclaration,
  SourceObject,
} from '../source/source.ts';
import { customModel } from './custom-fields.ts';
import { guessStatus } from './lead-status.ts';
import type { Catalog, Choices, ColumnMapping } from './mapping.ts';
import { placesOf } from './places.ts';
import { splitList } from './transforms/lists.ts';

export interface ValuesAsked {
  readonly declaration: SourceDeclaration;
  readonly inspection: Inspection;
  readonly catalog: Catalog;
  readonly choices: Choices;
}

type Values = Readonly<Record<string, string>>;

/** What is added to the line of a column that goes `to` there. */
export function valuesFor(
  asked: ValuesAsked,
  object: SourceObject,
  column: SourceColumn,
  to: string,
): { readonly values?: Values; readonly note?: string } {
  if (object.shape === 'lead' && (to === 'slot:stage' || to === 'slot:status'))
    return stages(column, to);
  const cells = (column.profile.options ?? []).map(({ value }) => value);
  const list = to === 'slot:tags' || to.startsWith('tags:');
  const seen = list ? [...new Set(cells.flatMap((cell) => splitList(cell)))] : cells;
  const found = seen.length === 0 ? undefined : kindOf(asked, object, seen, to);
  if (!found) return {};
  const odd = seen.flatMap((value): [string, string][] => {
    const guess = found.guess(value);
    return guess === undefined ? [] : [[value, guess]];
  });
  if (odd.length === 0) return {};
  const open = odd.filter(([value, guess]) => value === guess).length;
  const note = `${odd.length} of its values ${odd.length === 1 ? 'is' : 'are'} no ${found.what} of Odoo's as written${open > 0 ? `; ${open} left for you to write beside` : ''}`;
  return { values: Object.fromEntries(odd), note };
}

/** In the source's own order where it tells one. */
function stages({ profile, declared }: SourceColumn, to: string): { readonly values?: Values } {
  const seen = (profile.options ?? []).map(({ value }) => value);
  if (seen.length === 0) return {};
  const told = (declared?.options ?? []).map(([value]) => value);
  const known = told.filter((value) => seen.includes(value));
  const values = [...known, ...seen.filter((value) => !known.includes(value))];
  const guess = (value: string): string => (to === 'slot:status' ? guessStatus(value) : value);
  return { values: Object.fromEntries(values.map((value) => [value, guess(value)])) };
}

interface Kind {
  readonly what: string;
  /** Undefined: it matches by itself. The value itself: nothing like it is known. */
  readonly guess: (value: string) => string | undefined;
}

function kindOf(
  asked: ValuesAsked,
  object: SourceObject,
  seen: readonly string[],
  to: string,
): Kind | undefined {
  switch (to) {
    case 'slot:country':
      return countries(asked);
    case 'slot:state':
      return states(asked);
    case 'slot:owner':
      return owners(asked);
    case 'slot:tags':
      return tags(asked, object, seen, asked.choices.tagPrefix);
    default:
      if (to.startsWith('tags:')) return tags(asked, object, seen, to.slice('tags:'.length));
      return to.startsWith('field:')
        ? options(asked, object, to.slice('field:'.length))
        : undefined;
  }
}

/** Case, spacing and punctuation apart; accents are kept: Jose is another than José. */
const loose = (text: string): string => foldText(text).replace(/[^\p{L}\p{N}]/gu, '');

const likely = (value: string, known: readonly string[]): string => {
  const same = known.filter((one) => loose(one) === loose(value));
  return same.length === 1 && same[0] !== undefined ? same[0] : value;
};

/** A firm writes its countries in its own language. */
const LANGUAGES = ['de', 'fr', 'es', 'it', 'pt', 'nl', 'pl', 'sv', 'da'];

function countries({ catalog, choices }: ValuesAsked): Kind | undefined {
  if (catalog.countries.length === 0) return undefined;
  const places = placesOf(catalog, choices.country);
  const named = new Map<string, string>();
  for (const language of LANGUAGES) {
    const names = new Intl.DisplayNames([language], { type: 'region', fallback: 'none' });
    for (const { code, name } of catalog.countries) {
      const local = /^[A-Z]{2}$/.test(code) ? names.of(code) : undefined;
      if (local) named.set(loose(local), name);
    }
  }
  const all = catalog.countries.map((one) => one.name);
  return {
    what: 'country',
    guess: (value) =>
      places.find(value, '').countryId === null
        ? (named.get(loose(value)) ?? likely(value, all))
        : undefined,
  };
}

function states({ catalog }: ValuesAsked): Kind | undefined {
  if (catalog.states.length === 0) return undefined;
  const known = new Set(
    catalog.states.flatMap(({ code, name }) => [foldText(name), foldText(code)]),
  );
  const names = [...new Set(catalog.states.map((one) => one.name))];
  return {
    what: 'state',
    guess: (value) => (known.has(foldText(value)) ? undefined : likely(value, names)),
  };
}

/** Whom the users file names is matched by his address; with a users file too long to be known here, nobody is judged. */
function owners({ catalog, declaration, inspection }: ValuesAsked): Kind | undefined {
  const told = usersTold(declaration, inspection);
  const { users } = catalog;
  if (!users || told === undefined) return undefined;
  // As a run finds them: by address or whole name (engine/owners.ts).
  const found = users.flatMap(({ login, email, name }) => [
    name,
    ...[login, email].filter(isAddress),
  ]);
  const known = new Set([...told, ...found].map(foldText));
  return {
    what: 'user',
    guess(value) {
      if (known.has(foldText(value))) return undefined;
      const like = users.filter(
        ({ login, name }) =>
          foldText(login) === foldText(value) || (name !== '' && !namesContradict(name, value)),
      );
      const [only] = like;
      if (!only || like.length > 1) return value;
      return [only.email, only.login].find(isAddress) ?? only.name;
    },
  };
}

const isAddress = (text: string): boolean => text.includes('@');

function usersTold(
  { objects }: SourceDeclaration,
  { files }: Inspection,
): readonly string[] | undefined {
  const users = new Set(objects.filter((one) => one.shape === 'user').map((one) => one.name));
  const columns = files.filter((file) => users.has(file.object)).flatMap((file) => file.columns);
  const texts = columns.filter(({ profile }) => ['text', 'choice', 'email'].includes(profile.type));
  const short = texts.every(
    ({ profile }) => profile.options !== undefined || profile.distinct <= profile.examples.length,
  );
  if (!short) return undefined;
  return texts.flatMap(({ profile }) => [
    ...profile.examples,
    ...(profile.options ?? []).map((one) => one.value),
  ]);
}

/** A tag that Odoo lacks is made; one that it has in another spelling, or that the source spells in two ways, is not. */
function tags(
  { catalog }: ValuesAsked,
  object: SourceObject,
  seen: readonly string[],
  prefix: string,
): Kind {
  const there = catalog.tags?.[object.shape === 'lead' ? 'crm.tag' : 'res.partner.category'] ?? [];
  const own = there
    .filter((name) => name.startsWith(prefix))
    .map((name) => name.slice(prefix.length));
  return {
    what: 'tag',
    guess(value) {
      if (own.includes(value) || loose(value) === '' || value.includes('>')) return undefined;
      const known = likely(value, own);
      if (known !== value) return known;
      // Most frequent first: that spelling is the one to keep.
      const first = seen.find((one) => loose(one) === loose(value)) ?? value;
      return foldText(first) === foldText(value) ? undefined : first;
    },
  };
}

function options(
  { catalog }: ValuesAsked,
  { shape }: SourceObject,
  field: string,
): Kind | undefined {
  const known = catalog.fields[customModel(shape) ?? '']?.[field];
  if (known?.type !== 'selection') return undefined;
  const exact = new Set(known.selection.flat());
  const labels = known.selection.map(([, label]) => label);
  return {
    what: `option of ${field}`,
    guess(value) {
      if (exact.has(value)) return undefined;
      const label = likely(value, labels);
      const technical = known.selection.find(([option]) => loose(option) === loose(value))?.[0];
      return label === value ? (technical ?? value) : label;
    },
  };
}

/** Fields of Odoo's own that are called as the column is: for a person who wants them instead of a new one. */
export function namesakes(
  { catalog }: Pick<ValuesAsked, 'catalog'>,
  { shape }: SourceObject,
  column: SourceColumn,
): string[] {
  const fields = Object.entries(catalog.fields[customModel(shape) ?? ''] ?? {});
  const label = column.declared?.label ?? column.id;
  return fields
    .filter(
      ([name, info]) =>
        !info.readonly &&
        !info.manual &&
        WRITABLE.has(info.type) &&
        [name, info.label].some((one) => loose(one) === loose(label)),
    )
    .map(([name]) => `field:${name}`);
}

/** Types of Odoo that a `field:` target can be of. */
export const WRITABLE: ReadonlySet<string> = new Set([
  'char',
  'text',
  'html',
  'integer',
  'float',
  'monetary',
  'boolean',
  'date',
  'datetime',
  'selection',
]);

/** A line that a person wrote stays theirs; options of Odoo that its values are not are added beside it. */
export function withOptions(
  asked: ValuesAsked,
  object: SourceObject,
  column: SourceColumn,
  line: ColumnMapping,
): ColumnMapping {
  if (!line.to.startsWith('field:')) return line;
  const { values } = valuesFor(asked, object, column, line.to);
  return values ? { ...line, values: { ...values, ...line.values } } : line;
}

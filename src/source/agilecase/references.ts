/** Who is meant: a reference may be the id, the number, the code, the e-mail address or the name of a record. */
import { foldText } from '../../lib/names.ts';
import { ownCopy } from '../../lib/own-copy.ts';
import type { SourceFile } from '../source.ts';

export type Kind = 'case' | 'contact';

/** What two records share names neither of them. */
const AMBIGUOUS = '';

export interface References {
  add(kind: Kind, key: string, aliases: readonly string[]): void;
  /** The key of the one record that is meant; undefined when there is none, or more than one. */
  resolve(kind: Kind, text: string): string | undefined;
  has(kind: Kind, key: string): boolean;
  /** The contact of this key is a company. */
  nameCompany(key: string, code: string, name: string): void;
  /** What the company is called that this text means by its key or code; undefined where it means none. */
  companyOf(text: string): string | undefined;
  size(kind: Kind): number;
}

export function references(): References {
  // A whole letter names nobody: it need not be folded to be looked up.
  let longest = 0;
  // As its own text: what is given back outlives the row that asked.
  const keys = { case: new Map<string, string>(), contact: new Map<string, string>() };
  const aliases = { case: new Map<string, string>(), contact: new Map<string, string>() };
  const companies = new Map<string, string>();
  return {
    add(kind, key, names) {
      const own = ownCopy(key);
      keys[kind].set(own, own);
      longest = Math.max(longest, ...names.map((name) => name.length));
      for (const name of names) {
        const folded = ownCopy(foldText(name));
        const known = aliases[kind].get(folded);
        if (folded !== '')
          aliases[kind].set(folded, known === undefined || known === key ? own : AMBIGUOUS);
      }
    },
    resolve(kind, text) {
      const wanted = text.trim();
      const key = keys[kind].get(wanted);
      if (key !== undefined) return key;
      if (wanted.length > longest) return undefined;
      return aliases[kind].get(foldText(wanted)) || undefined;
    },
    nameCompany(key, code, name) {
      const own = ownCopy(name);
      if (code !== '') companies.set(ownCopy(foldText(code)), own);
      companies.set(ownCopy(key), own);
    },
    companyOf: (text) => companies.get(text) ?? companies.get(foldText(text)),
    has: (kind, key) => keys[kind].has(key),
    size: (kind) => keys[kind].size,
  };
}

/** What a case or contact answers to beside its key. */
export const ALIAS_SLOTS: Readonly<Record<Kind, readonly string[]>> = {
  case: ['number'],
  contact: ['code', 'email', 'full_name', 'company'],
};

type Columns = SourceFile['columns'];
/** Every cell that is read asks: looked up once per table. */
const places = new WeakMap<Columns, ReadonlyMap<string, number>>();

export function slotIndex({ columns }: Pick<SourceFile, 'columns'>, slot: string): number {
  const known = places.get(columns);
  if (known) return known.get(slot) ?? -1;
  const found = new Map<string, number>();
  for (const [index, column] of columns.entries())
    if (column.slot !== null && !found.has(column.slot)) found.set(column.slot, index);
  places.set(columns, found);
  return found.get(slot) ?? -1;
}

export const cellOf = (
  file: Pick<SourceFile, 'columns'>,
  cells: readonly string[],
  slot: string,
): string => {
  const index = slotIndex(file, slot);
  return index === -1 ? '' : (cells[index] ?? '').trim();
};

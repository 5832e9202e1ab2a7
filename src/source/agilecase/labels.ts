/** Nested labels become their leaves; which of them then share a name is said. */
import { foldText } from '../../lib/names.ts';

const NESTED = /\s*(?:>|»|::|\\|\s\/\s)\s*/;

export interface LabelTree {
  /** A label of the labels table, with the label it stands below. */
  define(id: string, name: string, parent: string): void;
  /** What the label is called in Odoo: the last part of its path. */
  leaf(label: string): string;
  /** Of labels that stand below each other in a ring: the ring as a person reads it, for the first of them alone. */
  ring(label: string): string | undefined;
  /** Leaves that more than one path leads to. */
  clashes(): readonly { readonly leaf: string; readonly paths: readonly string[] }[];
}

interface Label {
  readonly name: string;
  readonly parent: string;
  readonly place: number;
}

export function labelTree(): LabelTree {
  const defined = new Map<string, Label>();
  const names = new Set<string>();
  const paths = new Map<string, Set<string>>();
  const leafOf = (path: string): string => {
    const parts = path.split(NESTED).filter((part) => part !== '');
    const last = parts.at(-1) ?? path;
    // "Buy/Sell" is one label, "Property/Flood" two, if "Property" is a label too.
    const slash = last.indexOf('/');
    return slash > 0 && names.has(foldText(last.slice(0, slash)))
      ? leafOf(last.slice(slash + 1).trim())
      : last.trim();
  };
  /** A label that is below itself ends where it began. */
  const pathOf = (id: string, seen: ReadonlySet<string> = new Set()): string => {
    const label = defined.get(foldText(id));
    if (!label) return id;
    const parent = label.parent === '' || seen.has(foldText(label.parent)) ? '' : label.parent;
    return parent === ''
      ? label.name
      : `${pathOf(parent, new Set([...seen, foldText(id)]))} > ${label.name}`;
  };
  return {
    define(id, name, parent) {
      names.add(foldText(name));
      const label = { name, parent, place: defined.size };
      for (const alias of [id, name]) if (alias !== '') defined.set(foldText(alias), label);
    },
    leaf(label) {
      const path = pathOf(label);
      const leaf = leafOf(path);
      const known = paths.get(foldText(leaf)) ?? new Set<string>();
      known.add(path);
      paths.set(foldText(leaf), known);
      return leaf;
    },
    ring(id) {
      const ring: Label[] = [];
      for (let one = defined.get(foldText(id)); one; one = defined.get(foldText(one.parent))) {
        if (ring.includes(one)) {
          const isFirst = ring.every(({ place }) => place >= (ring[0]?.place ?? 0));
          return one === ring[0] && isFirst
            ? [...ring, one].map(({ name }) => name).join(' < ')
            : undefined;
        }
        ring.push(one);
      }
      return undefined;
    },
    clashes: () =>
      [...paths]
        .filter(([, from]) => from.size > 1)
        .map(([leaf, from]) => ({ leaf, paths: [...from].sort() })),
  };
}

/** An answer as a tree of named texts, whether it came as XML or as JSON; read by name, wherever the name stands. */
export interface Branch {
  /** Lower case, without a namespace. */
  readonly name: string;
  /** Of a leaf; empty where there are children. */
  readonly text: string;
  readonly children: readonly Branch[];
}

/** One record: the path of each element below it (`name`, `source.id`), and its text. */
export type Row = Readonly<Record<string, string>>;

const BETWEEN = '; ';

export const isLeaf = (branch: Branch): boolean => branch.children.length === 0;

/** Records of one of these names, wherever they stand: samples in the documentation nest containers wrongly. */
export function rowsOf(tree: Branch, ...names: readonly string[]): Row[] {
  return branchesOf(tree, names).map(flatten);
}

/** A container that has the name of its records (`lettertemplates/lettertemplates`) is no record itself. */
export function branchesOf(tree: Branch, names: readonly string[]): Branch[] {
  return tree.children.flatMap((child) =>
    names.includes(child.name) && child.children.some(isLeaf) ? [child] : branchesOf(child, names),
  );
}

/** The text of the first element of this name, trimmed. */
export function textOf(tree: Branch, name: string): string {
  for (const child of tree.children) {
    if (child.name === name && isLeaf(child)) return child.text.trim();
    const below = textOf(child, name);
    if (below !== '') return below;
  }
  return '';
}

/** Every leaf is kept, known or not; what stands several times is one text with all of them. */
export function flatten(branch: Branch): Row {
  const row: Record<string, string> = {};
  const walk = (at: Branch, path: string): void => {
    for (const child of at.children) {
      const name = path === '' ? child.name : `${path}.${child.name}`;
      if (!isLeaf(child)) walk(child, name);
      else if (child.text !== '')
        row[name] = row[name] === undefined ? child.text : `${row[name]}${BETWEEN}${child.text}`;
    }
  };
  walk(branch, '');
  return row;
}

/** `results` with nothing in it but `error`: how every function says no, with HTTP 200. */
export function errorIn(tree: Branch): string | undefined {
  const results = tree.children.find((child) => child.name === 'results') ?? tree;
  const [only, ...others] = results.children;
  return only?.name === 'error' && others.length === 0 ? textIn(only) : undefined;
}

const textIn = (branch: Branch): string =>
  isLeaf(branch) ? branch.text.trim() : branch.children.map(textIn).filter(Boolean).join(' ');

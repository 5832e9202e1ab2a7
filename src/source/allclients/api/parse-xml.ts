/**
 * XML as AllClients writes it: closing tags that do not match, markup inside texts that nobody escaped, containers
 * within themselves (the samples of GetAutoresponder, GetActionSet, GetLetterTemplate). A strict parser refuses those.
 */
import { Parser } from 'htmlparser2';
import type { Branch } from './tree.ts';

interface Open {
  readonly name: string;
  readonly children: Branch[];
  /** Where its content begins in the text. */
  readonly from: number;
  text: string;
}

export interface ParsedXml {
  readonly tree: Branch;
  /** False when the text ended before the root was closed: the connection was cut. */
  readonly whole: boolean;
}

export function parseXml(text: string): ParsedXml {
  const root: Open = { name: '', children: [], from: 0, text: '' };
  const open: Open[] = [root];
  let whole = false;
  const top = (): Open => open.at(-1) ?? root;
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        const children = Object.entries(attributes).map(([key, value]) => leaf(`@${key}`, value));
        open.push({ name: localName(name), children, from: parser.endIndex + 1, text: '' });
      },
      ontext(piece) {
        top().text += piece;
      },
      onclosetag(_name, implied) {
        const closed = open.pop();
        if (!closed || closed === root) return;
        if (open.length === 1) whole = !implied || isEmpty(closed, text);
        top().children.push(toBranch(closed, text.slice(closed.from, parser.startIndex)));
      },
    },
    { xmlMode: true, decodeEntities: true },
  );
  parser.write(text);
  parser.end();
  return { tree: toBranch(root, ''), whole };
}

/** `<results/>` is closed by nothing and is whole. */
const isEmpty = (root: Open, text: string): boolean =>
  root.children.every((child) => child.name.startsWith('@')) && /\/>\s*$/.test(text);

const leaf = (name: string, text: string): Branch => ({
  name: localName(name),
  text,
  children: [],
});

const localName = (name: string): string => name.slice(name.indexOf(':') + 1).toLowerCase();

/** Text with markup between its words is one text, kept as it stood; blanks between elements are nothing. */
function toBranch({ name, children, text }: Open, inner: string): Branch {
  if (children.length === 0) return { name, text, children };
  const mixed = text.trim() !== '' && children.every((child) => child.children.length === 0);
  return mixed ? leaf(name, inner) : { name, text: '', children };
}

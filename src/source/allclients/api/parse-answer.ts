/** What an answer says: records, an error in words, or nothing that can be read. */
import { parseJson } from './parse-json.ts';
import { parseXml } from './parse-xml.ts';
import { errorIn, type Branch } from './tree.ts';

export type Answer =
  | { readonly kind: 'tree'; readonly tree: Branch }
  | { readonly kind: 'error'; readonly said: string }
  /** An HTML page, half an answer, or something else: worth asking again. */
  | { readonly kind: 'unreadable'; readonly why: string };

export function parseAnswer(text: string): Answer {
  try {
    return readAnswer(text);
  } catch (error) {
    // Nested beyond any sense, on purpose or not: the stack gives in first.
    if (error instanceof RangeError)
      return { kind: 'unreadable', why: 'the answer is nested too deeply' };
    throw error;
  }
}

function readAnswer(text: string): Answer {
  const start = text.replace(/^\uFEFF/, '').trimStart();
  if (start === '') return { kind: 'unreadable', why: 'the answer is empty' };
  if (/^<(!doctype\s+html|html|head|body)\b/i.test(start))
    return { kind: 'unreadable', why: `the answer is an HTML page${titleOf(start)}` };
  if (start.startsWith('<')) return judge(parseXml(start));
  const tree = parseJson(start);
  return tree
    ? judge({ tree, whole: true })
    : {
        kind: 'unreadable',
        why:
          start.startsWith('{') || start.startsWith('[')
            ? 'the answer breaks off in the middle'
            : `the answer is no XML: "${start.slice(0, 80)}"`,
      };
}

function judge({ tree, whole }: { readonly tree: Branch; readonly whole: boolean }): Answer {
  if (!whole) return { kind: 'unreadable', why: 'the answer breaks off in the middle' };
  const said = errorIn(tree);
  return said === undefined ? { kind: 'tree', tree } : { kind: 'error', said };
}

const titleOf = (html: string): string => {
  const title = /<title[^>]*>([^<]{1,120})/i.exec(html)?.[1]?.trim();
  return title ? ` ("${title}")` : '';
};

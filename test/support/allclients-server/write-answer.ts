/** Answers as AllClients writes them: XML, or JSON that is the XML transliterated. */
import type { Quirks } from './quirks.ts';

/** Names and what is below them; a list repeats its name. */
export type Node = readonly (readonly [name: string, content: string | Node])[];

export function toXml(node: Node, quirks: Quirks): string {
  return node.map(([name, content]) => element(name, content, quirks)).join('');
}

function element(name: string, content: string | Node, quirks: Quirks): string {
  if (typeof content !== 'string') return `<${name}>${toXml(content, quirks)}</${name}>`;
  if (content === '') return quirks.emptyElements ? `<${name}></${name}>` : '';
  if (quirks.malformed && name === 'verbose') return `<${name}>${content}</${name}>`;
  return quirks.cdata || name === 'notecontent' || name === 'body'
    ? `<${name}><![CDATA[${content.replaceAll(']]>', ']]]]><![CDATA[>')}]]></${name}>`
    : `<${name}>${escape(content)}</${name}>`;
}

const escape = (text: string): string =>
  text.replace(/[&<>]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[c] ?? c);

/** One record is an object where several are a list; an empty container is null. */
export function toJson(node: Node, quirks: Quirks): string {
  return JSON.stringify(jsonOf(node, quirks));
}

function jsonOf(node: Node, quirks: Quirks): unknown {
  if (node.length === 0) return null;
  const out: Record<string, unknown> = {};
  for (const [name, content] of node) {
    if (content === '' && !quirks.emptyElements) continue;
    const value =
      typeof content !== 'string'
        ? jsonOf(content, quirks)
        : quirks.cdata || name === 'notecontent'
          ? { '#cdata-section': content }
          : content;
    const there = out[name];
    out[name] =
      there === undefined
        ? value
        : Array.isArray(there)
          ? [...(there as unknown[]), value]
          : [there, value];
  }
  return out;
}

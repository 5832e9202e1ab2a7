/** A YAML file that a person wrote, with the line of each of its values: what is wrong in it must be found again. */
import { LineCounter, parseDocument, type Document } from 'yaml';

export interface YamlText {
  readonly document: Document;
  /** The first place that is no YAML. */
  readonly fault: { readonly line: number; readonly message: string } | undefined;
  /** 1-based; of what holds the value, where the value itself is not there. */
  readonly lineOf: (path: readonly PropertyKey[]) => number;
}

export function readYaml(text: string): YamlText {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [broken] = document.errors;
  return {
    document,
    fault: broken && {
      line: broken.linePos?.[0].line ?? 1,
      message: broken.message.split('\n')[0] ?? '',
    },
    lineOf(path) {
      for (let length = path.length; length > 0; length--) {
        const start = startOf(document.getIn(path.slice(0, length), true));
        if (start !== undefined) return lines.linePos(start).line;
      }
      return 1;
    },
  };
}

const startOf = (node: unknown): number | undefined =>
  typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range)
    ? (node.range as number[])[0]
    : undefined;

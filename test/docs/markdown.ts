/** Just enough Markdown to hold the documentation to the code. */
import { readFileSync } from 'node:fs';

const ROOT = new URL('../../', import.meta.url);

export const read = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8');

export interface Section {
  readonly heading: string;
  readonly body: string;
}

/** Sections under headings of this level; each ends at the next heading of the same or a higher one. */
export function sections(page: string, level: number): Section[] {
  const found: Section[] = [];
  let lines: string[] | undefined;
  let fenced = false;
  const close = (): void => {
    const [first, ...rest] = lines ?? [];
    if (first !== undefined) found.push({ heading: first, body: rest.join('\n').trim() });
    lines = undefined;
  };
  for (const line of page.split('\n')) {
    if (line.startsWith('```')) fenced = !fenced;
    const heading = fenced ? null : /^(#+) (.*)$/.exec(line);
    if (heading && (heading[1]?.length ?? 0) <= level) close();
    if (heading && heading[1]?.length === level) lines = [heading[2] ?? ''];
    else lines?.push(line);
  }
  close();
  return found;
}

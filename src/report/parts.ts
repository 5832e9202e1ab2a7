/** The pieces every HTML report is made of: one file, no script, every value escaped. */
import { number } from './verdict.ts';

const LONGEST_CELL = 300;

export const escape = (text: string): string =>
  text.replace(
    /[&<>"']/g,
    (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[c] ?? c,
  );

export type Cell = string | number;

const cell = (value: Cell): string => {
  if (typeof value === 'number') return `<td class="n">${number(value)}</td>`;
  const short = value.length > LONGEST_CELL ? `${value.slice(0, LONGEST_CELL)}…` : value;
  return `<td>${escape(short)}</td>`;
};

export function table(
  caption: string,
  head: readonly string[],
  rows: readonly (readonly Cell[])[],
  nothing: string,
): string {
  if (rows.length === 0) return `<p>${escape(nothing)}</p>`;
  const headRow = head
    .map(
      (name, index) =>
        `<th scope="col"${typeof rows[0]?.[index] === 'number' ? ' class="n"' : ''}>${escape(name)}</th>`,
    )
    .join('');
  return `<div class="scroll"><table><caption>${escape(caption)}</caption><thead><tr>${headRow}</tr></thead><tbody>${rows.map((row) => `<tr>${row.map(cell).join('')}</tr>`).join('')}</tbody></table></div>`;
}

export const section = (id: string, title: string, body: string): string =>
  `<section id="${id}"><h2>${escape(title)}</h2>${body}</section>`;
export const utc = (iso: string): string =>
  iso === '' ? '' : `${iso.slice(0, 19).replace('T', ' ')} UTC`;
export const percent = (share: number): string => `${Math.round(share * 100)}%`;

export interface Page {
  readonly title: string;
  readonly when: string;
  readonly verdict: { readonly mood: string; readonly text: string };
  /** id, title, body */
  readonly sections: readonly (readonly [string, string, string])[];
}

export function page({ title, when, verdict, sections }: Page): string {
  const nav = sections.map(([id, name]) => `<a href="#${id}">${escape(name)}</a>`).join(' ');
  const header = `<header><h1>${escape(title)}</h1><p class="when">${escape(when)}</p>
<p class="verdict ${verdict.mood}">${escape(verdict.text)}</p><nav aria-label="Sections">${nav}</nav></header>`;
  const body = sections.map(([id, name, text]) => section(id, name, text)).join('\n');
  return plainPage(title, `${header}\n${body}`);
}

const STYLE = `:root{color-scheme:light dark;--line:#8884;--soft:#8881}*{box-sizing:border-box}body{margin:0;font:16px/1.5 system-ui,sans-serif}main{max-width:72rem;margin:0 auto;padding:1.5rem}
h1{font-size:1.6rem;margin:0}h2{margin:2.5rem 0 .5rem;border-bottom:1px solid var(--line)}.when{opacity:.75;margin:.2rem 0 1rem}.verdict{font-size:1.15rem;padding:1rem 1.2rem;border-left:.4rem solid;background:var(--soft);border-radius:.3rem}
.good{border-color:#2a8f4f}.look{border-color:#c98a00}.bad{border-color:#c0392b}.none{border-color:#888}nav a{margin-right:.8rem}.scroll{overflow-x:auto;margin:1rem 0}table{border-collapse:collapse;width:100%;font-size:.92rem}
caption{text-align:left;font-weight:600;padding:.3rem 0}th,td{text-align:left;vertical-align:top;padding:.3rem .6rem;border-bottom:1px solid var(--line);overflow-wrap:anywhere}th{white-space:nowrap}.n{text-align:right;font-variant-numeric:tabular-nums}
tbody tr:nth-child(even){background:var(--soft)}@media print{nav{display:none}.scroll{overflow:visible}}`;

/** A whole file around any body: no network, no script. */
export const plainPage = (title: string, body: string): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"><title>${escape(title)}</title><style>${STYLE}</style></head>
<body><main>${body}</main></body></html>\n`;

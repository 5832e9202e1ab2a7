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
  return `<td>${escape(beginning(value, LONGEST_CELL))}</td>`;
};

/** Cut between characters: half an emoji is no text. */
function beginning(text: string, length: number): string {
  if (text.length <= length) return text;
  const inside = /[\uD800-\uDBFF]$/.test(text.slice(0, length));
  return `${text.slice(0, inside ? length - 1 : length)}…`;
}

const CONTEXT = 100;

/** Of two long values that begin alike, what stands where they part. */
export function parting(a: string, b: string): readonly [string, string] {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  const from = Math.max(0, at - CONTEXT);
  if (from === 0 || Math.max(a.length, b.length) <= LONGEST_CELL) return [a, b];
  const tail = (text: string): string => `…${text.slice(from).replace(/^[\uDC00-\uDFFF]/, '')}`;
  return [tail(a), tail(b)];
}

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
  return `<div class="scroll" role="region" tabindex="0" aria-label="${escape(caption)}"><table><caption>${escape(caption)}</caption><thead><tr>${headRow}</tr></thead><tbody>${rows.map((row) => `<tr>${row.map(cell).join('')}</tr>`).join('')}</tbody></table></div>`;
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

const STYLE = `
:root{color-scheme:light dark;--ink:light-dark(#1d2430,#e6e9ef);--quiet:light-dark(#5b6472,#a0a9b8);--page:light-dark(#f6f7f9,#14171c);--card:light-dark(#fff,#1c2027);--line:light-dark(#dfe3e8,#323845);--stripe:light-dark(#f8f9fb,#20252d);--link:light-dark(#1f5fbf,#8ab4f8);
--good:light-dark(#1f7a45,#5fc98a);--look:light-dark(#9a6700,#e3b341);--bad:light-dark(#b3261e,#ff8a80)}
*{box-sizing:border-box}html{scroll-behavior:smooth}body{margin:0;background:var(--page);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",sans-serif}
main{max-width:76rem;margin:0 auto;padding:2rem 1.25rem 4rem}h1{font-size:1.75rem;line-height:1.2;margin:0}h2{font-size:1.2rem;margin:0 0 .75rem}h3{font-size:1rem;margin:1.5rem 0 .5rem}p{margin:.5rem 0}a{color:var(--link)}
.when{color:var(--quiet);margin:.35rem 0 1.25rem;overflow-wrap:anywhere}.verdict{font-size:1.15rem;padding:1rem 1.25rem;border:1px solid var(--line);border-left:.45rem solid var(--quiet);background:var(--card);border-radius:.5rem}
.good{border-left-color:var(--good)}.look{border-left-color:var(--look)}.bad{border-left-color:var(--bad)}nav{display:flex;flex-wrap:wrap;gap:.25rem 1.1rem;margin:1rem 0 0}
section{background:var(--card);border:1px solid var(--line);border-radius:.5rem;padding:1.25rem;margin:1.5rem 0 0;scroll-margin-top:1rem}
.scroll{overflow:auto;max-height:36rem;margin:1rem 0 0;border:1px solid var(--line);border-radius:.35rem}.scroll:focus-visible,a:focus-visible{outline:2px solid var(--link);outline-offset:2px}
table{border-collapse:separate;border-spacing:0;width:100%;font-size:.9rem}caption{text-align:left;font-weight:600;padding:.6rem .75rem;background:var(--card)}th,td{text-align:left;vertical-align:top;padding:.4rem .75rem;border-bottom:1px solid var(--line);overflow-wrap:anywhere}
td{min-width:5rem;white-space:pre-line}thead th{position:sticky;top:0;background:var(--card);color:var(--quiet);font-weight:600;white-space:nowrap;box-shadow:0 1px 0 var(--line)}tbody tr:last-child td{border-bottom:0}tbody tr:nth-child(even) td{background:var(--stripe)}.n{text-align:right;font-variant-numeric:tabular-nums;min-width:0;white-space:nowrap}
ul{padding-left:1.2rem;margin:.75rem 0}li{overflow-wrap:anywhere}
@media print{:root{color-scheme:light}body,section,.verdict,.scroll{background:#fff}main{max-width:none;padding:0}nav{display:none}section{border:0;padding:0;break-before:auto}.scroll{overflow:visible;max-height:none;border:0}thead{display:table-header-group}thead th{position:static}tr{break-inside:avoid}h2{break-after:avoid}}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}`;

/** A whole file around any body: no network, no script. */
export const plainPage = (title: string, body: string): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"><title>${escape(title)}</title><style>${STYLE}</style></head>
<body><main>${body}</main></body></html>\n`;

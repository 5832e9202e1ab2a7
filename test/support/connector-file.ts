/** A connector file for the stand-in: every list of the firm, field by field under its own name. */
import type { SampleFirm } from '../../src/app/demo/sample-firm/types.ts';

export const PAGING: Readonly<Record<string, string>> = {
  cursor: '{ type: cursor, param: cursor, next: $.meta.next_cursor, more: $.meta.has_more }',
  link: '{ type: next_url, next: link }',
  page: '{ type: page }',
  offset: '{ type: offset }',
  odata: '{ type: odata }',
};

export interface Declared {
  readonly paging?: string;
  /** Every list, unless told. */
  readonly lists?: readonly string[];
  /** Asks for changes in every list whose records have an id. */
  readonly incremental?: boolean;
  /** With their files. */
  readonly documents?: boolean;
  readonly to?: string;
}

export function connectorFile(firm: SampleFirm, url: string, wanted: Declared = {}): string {
  const { paging = 'cursor', incremental = false, documents = false } = wanted;
  const { to = 'documents/{case}/{id}/{filename}' } = wanted;
  const names = wanted.lists ?? firm.tables.map(({ name }) => name);
  const tables = [
    ...names.filter((name) => name !== 'documents'),
    ...(documents ? ['documents'] : []),
  ]
    .map((name) => firm.tables.find((table) => table.name === name))
    .filter((table) => table !== undefined);
  const lists = tables.map(({ name, headers }) => {
    const own = incremental ? [...new Set([...headers, 'updated_at'])] : headers;
    const fields = own.map((header) => `${header}: $.${header}`).join(', ');
    const download =
      name === 'documents' ? `, download: { path: '/documents/{id}/download', to: '${to}' }` : '';
    return `  - { object: ${name}, path: /${name}, fields: { ${fields} }${download} }\n`;
  });
  return `connector: test
version: 1
base_url: ${url}
allowed_hosts: [127.0.0.1]
auth: { type: bearer, token: env:TEST_TOKEN }
defaults:
  page_size: { param: limit, value: 40 }
  paging: ${PAGING[paging]}
  throttle: { per_minute: 6000 }
${incremental ? '  incremental: { param: updated_since, field: updated_at }\n' : ''}streams:
${lists.join('')}`;
}

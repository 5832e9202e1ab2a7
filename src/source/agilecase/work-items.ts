/**
 * Tables of self-made work types (the second generation of AgileCase): each is based on contacts, cases or projects, and
 * says so in a column. What is based on a contact becomes one, everything else a case; its own fields stay fields.
 */
import type { BundleFile } from '../bundle.ts';
import { classify, type Candidate, type Skipped } from '../inspect-tables.ts';
import { foldHeader } from '../recognise.ts';
import type { SourceDecisions } from '../source.ts';
import type { Format } from '../table.ts';
import { AGILECASE } from './declaration.ts';

const FOLDER = /(^|\/)work_?items\//i;
export const isWorkItems = (path: string): boolean => FOLDER.test(path);

const BASES = new Set(['base', 'basedon', 'basetype']);

/** First taken for cases, so that its rows can be asked what they are based on. */
export async function classifyWorkItems(
  file: BundleFile,
  decisions: SourceDecisions,
  formats: readonly Format[],
): Promise<{ candidates: Candidate[]; skipped: Skipped[] }> {
  const files = { ...decisions.files, [file.path]: 'case' };
  const found = await classify(file, AGILECASE, { ...decisions, files }, formats);
  const candidates: Candidate[] = [];
  for (const one of found.candidates) {
    const base = await baseOf(one);
    const name =
      decisions.tables?.[one.fingerprint]?.object ?? (base === 'contact' ? base : 'case');
    const object = AGILECASE.objects.find((known) => known.name === name) ?? one.object;
    const reason =
      base === '' ? 'it lies among the work items' : `a work type that is based on a ${base}`;
    candidates.push({ ...one, object, confidence: base === '' ? 0.7 : 0.95, reason });
  }
  return { candidates, skipped: found.skipped };
}

async function baseOf({ table, shape }: Candidate): Promise<string> {
  const index = shape.headers.findIndex((header) => BASES.has(foldHeader(header)));
  if (index === -1) return '';
  for await (const rows of table.rows())
    for (const row of rows)
      if (row.line > shape.headerLine && (row.cells[index] ?? '').trim() !== '')
        return (row.cells[index] ?? '').trim().toLowerCase();
  return '';
}

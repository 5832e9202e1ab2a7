/** What a row gets on its way into the staging store, and the tables made of files that are none. */
import type { BundleFile } from '../bundle.ts';
import type { SourceFile } from '../source.ts';
import { bodyCell, joinedCells, resolved, threadsOf } from './cells.ts';
import { describe, ordered } from './columns.ts';
import { inlineCell, inlinePictures } from './inline.ts';
import {
  documentNotices,
  fileCells,
  looseFile,
  looseFiles,
  looseRows,
  matchDocuments,
  namesOf,
  numbered,
  rowCase,
  workflowFile,
  WORKFLOWS,
  type Row,
} from './document-rows.ts';
import type { Documents } from './documents.ts';
import type { Joins, Part } from './join.ts';
import { moneyNotices } from './money.ts';
import { cellOf, slotIndex, type References } from './references.ts';
import { pointsUp, ringsOf } from './rings.ts';
import {
  hasBody,
  hasVisibility,
  isFiled,
  isThreaded,
  listsBlobs,
  NOT_ACTIVE,
  saysActive,
} from './traits.ts';
import { stageOrder, workflowRows } from './workflows.ts';

export interface CompleterInput {
  readonly parts: readonly Part[];
  readonly known: References;
  readonly joins: Joins;
  readonly documents: Documents;
  readonly workflows: readonly BundleFile[];
  readonly markup: (path: string) => boolean;
}

export interface Completer {
  /** The files of the inspection, with the columns that the rows get. */
  readonly files: readonly SourceFile[];
  readonly notices: readonly string[];
  complete(
    part: Part,
    cells: readonly string[],
    key: string,
    line: number,
  ): Promise<readonly string[]>;
  /** Rows of a file that is no table: workflows, documents without a row. */
  made(path: string): AsyncIterable<Row>;
  /** Files that nothing is known of; they wait for a person. */
  readonly strangers: readonly BundleFile[];
}

export async function completer(input: CompleterInput): Promise<Completer> {
  const { parts, known, joins, documents } = input;
  const threads = await threadsOf(parts, known);
  const pictures = await inlinePictures(parts, documents);
  const matches = await matchDocuments(parts, known, documents);
  documents.matched();
  const { loose, strangers } = looseFiles(documents, known);
  const names = await namesOf(parts, known, loose);
  const rings = await ringsOf(parts);
  const stages = await stageOrder(input.workflows);
  const files: SourceFile[] = [];
  for (const part of parts) files.push(ordered(await describe(part, input), stages));
  // Files that belong to no case are documents too, and are counted among them.
  if (loose.length + strangers.length > 0) files.push(looseFile(loose));
  const workflows: string[][] = [];
  for (const file of input.workflows) workflows.push(...(await workflowRows(file)));
  if (workflows.length > 0) files.push(workflowFile(workflows.length));
  return {
    files,
    strangers,
    notices: [
      ...joins
        .clashes()
        .map(
          ({ leaf, paths }) => `The labels ${paths.join(' and ')} both become the tag "${leaf}".`,
        ),
      ...(await moneyNotices(parts)),
      ...documentNotices(matches, loose, strangers),
      ...parts
        .filter(({ file }) => hasBody(file) && slotIndex(file, 'body_format') === -1)
        .map(
          ({ file }) =>
            `${file.path}: bodies are read as ${input.markup(file.path) ? 'HTML where they have tags' : 'plain text'}.`,
        ),
      ...parts
        .filter(({ file }) => hasVisibility(file))
        .map(
          ({ file }) =>
            `${file.path} does not say what is public: everything in it is taken for internal.`,
        ),
    ],
    async complete({ file }, cells, key, line) {
      const own = resolved(file, cells, key, input);
      const extra = [
        ...joinedCells(file, own, key, joins),
        ...bodyCell(file, own, input),
        ...(isThreaded(file) ? [threads.roots.get(key) ?? '', threads.rings.get(key) ?? ''] : []),
        ...(saysActive(file) ? [NOT_ACTIVE.test(cellOf(file, own, 'active')) ? 'yes' : ''] : []),
      ];
      const match = matches.get(file.path, line);
      if (hasBody(file))
        extra.push(
          await inlineCell(
            own[slotIndex(file, 'body')] ?? '',
            pictures.get(file.path, line) ?? [],
            (path) => documents.seal(path),
          ),
        );
      const ring = pointsUp(file) ? [rings.of(file, own)] : [];
      if (!isFiled(file)) return [...own, ...extra, ...ring];
      if (file.object === 'document') {
        const of = rowCase(file, own, known);
        extra.push(names.get(file.path, line) ?? '', ...(listsBlobs(file) ? [of] : []));
        if (!listsBlobs(file)) own[slotIndex(file, 'case')] = of;
      }
      return [...own, ...extra, ...ring, ...(await fileCells(match, documents))];
    },
    made: (path) => (path === WORKFLOWS ? numbered(workflows) : looseRows(loose, documents, names)),
  };
}

/** Proposing, checking and approving the mapping; the gate that stands before every write to Odoo. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { WaybillError } from '../core/errors.ts';
import { checkMeaning } from '../mapping/check.ts';
import { checkFields, namesFields } from '../mapping/check-fields.ts';
import { formatMapping, hashMapping, parseMapping, undecided } from '../mapping/document.ts';
import { customFields } from '../mapping/custom-fields.ts';
import { compareMappings, type MappingChange } from '../mapping/compare-mappings.ts';
import type { Catalog, MappingDocument } from '../mapping/mapping.ts';
import { propose } from '../mapping/propose.ts';
import { customFieldsCsv } from '../report/custom-fields.ts';
import type { Inspection } from '../source/source.ts';
import { catalogOf, withOdoo, type Faces, type Session } from './session.ts';

export interface MappingState {
  readonly document: MappingDocument;
  readonly hash: string;
  readonly undecided: readonly {
    readonly object: string;
    readonly column: string;
    readonly reason: string;
  }[];
  readonly approvedBy: string | null;
}

/** Throws WB_MAPPING_INVALID; WB_NO_SCOPE's sibling when there is none yet. */
export function readMapping(session: Session): MappingState {
  if (!existsSync(session.project.mappingPath)) {
    throw new WaybillError('WB_GATE_MAPPING', 'There is no mapping yet.', {
      next: 'Run: waybill map',
    });
  }
  const document = parseMapping(readFileSync(session.project.mappingPath, 'utf8'));
  const hash = hashMapping(document);
  return {
    document,
    hash,
    undecided: undecided(document),
    approvedBy: session.store.runs.approval('mapping', hash)?.by ?? null,
  };
}

/** A new proposal leaves alone what a person decided. */
export function proposeMapping(
  session: Session,
  inspection: Inspection,
  catalog: Catalog,
): MappingState {
  const previous = existsSync(session.project.mappingPath)
    ? parseMapping(readFileSync(session.project.mappingPath, 'utf8'))
    : undefined;
  const document = propose(session.connector.declaration, inspection, catalog, previous);
  writeWhole(session.project.mappingPath, formatMapping(document));
  const fields = customFields(document, session.connector.declaration, catalog);
  mkdirSync(session.project.reportsFolder, { recursive: true });
  writeWhole(join(session.project.reportsFolder, 'custom-fields.csv'), customFieldsCsv(fields));
  return readMapping(session);
}

/** A half-written mapping.yaml would read as a person's decision to drop the rest. */
function writeWhole(path: string, text: string): void {
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}

/** Targets that only the Odoo at hand can judge; before approval, and before a run, for another environment may differ. */
export function checkAgainst(session: Session, { document }: MappingState, catalog: Catalog): void {
  const inspection = session.store.runs.meta<Inspection | null>('inspection');
  if (!inspection || !namesFields(document)) return;
  const text = readFileSync(session.project.mappingPath, 'utf8');
  checkFields(text, document, session.connector.declaration, inspection, catalog);
}

/** Asks Odoo only where the mapping names a field of its own. */
export async function checkOnOdoo(
  session: Session,
  faces: Faces,
  env: string | undefined,
): Promise<MappingState> {
  const state = checkMapping(session, inspectionColumns(session));
  if (namesFields(state.document))
    await withOdoo(session, faces, env, async (connection) =>
      checkAgainst(session, state, await catalogOf(connection, faces.signal)),
    );
  return state;
}

export function approveMapping(
  session: Session,
  by: string,
  state = checkMapping(session, inspectionColumns(session)),
): MappingState {
  session.store.runs.approve('', 'mapping', state.hash, by);
  session.store.runs.setMeta(`mapping.${state.hash}`, formatMapping(state.document));
  session.store.runs.audit(by, 'mapping approved', { hash: state.hash });
  return { ...state, approvedBy: by };
}

type Columns = Readonly<Record<string, readonly string[]>>;

export function inspectionColumns(session: Session): Columns {
  const inspection = session.store.runs.meta<Inspection | null>('inspection');
  const columns: Record<string, string[]> = {};
  for (const file of inspection?.files ?? []) {
    columns[file.object] = [
      ...new Set([...(columns[file.object] ?? []), ...file.columns.map((column) => column.id)]),
    ];
  }
  return columns;
}

/** Every column decided, and the mapping fits the export. Throws WB_MAPPING_UNDECIDED, WB_MAPPING_STALE, WB_MAPPING_INVALID. */
export function checkMapping(session: Session, columns: Columns): MappingState {
  const state = readMapping(session);
  const [open] = state.undecided;
  if (open) {
    const list = state.undecided
      .map((one) => `${one.object}.${one.column} (${one.reason})`)
      .join('; ');
    throw new WaybillError(
      'WB_MAPPING_UNDECIDED',
      `${state.undecided.length} column(s) wait for your decision: ${list}`,
      {
        next: 'Write the target beside "to:" in mapping.yaml for each, then: waybill map --check',
      },
    );
  }
  for (const [object, ids] of Object.entries(columns)) checkFits(state.document, object, ids);
  const inspection = session.store.runs.meta<Inspection | null>('inspection');
  if (inspection) {
    const text = readFileSync(session.project.mappingPath, 'utf8');
    checkMeaning(text, state.document, session.connector.declaration, inspection);
  }
  return state;
}

function checkFits(document: MappingDocument, object: string, ids: readonly string[]): void {
  const mapped = new Set((document.objects[object] ?? []).map((one) => one.column));
  const missing = ids.filter((id) => !mapped.has(id));
  if (missing.length === 0) return;
  throw new WaybillError(
    'WB_MAPPING_STALE',
    `The export has ${object} columns that the mapping does not know: ${missing.join(', ')}.`,
    {
      next: 'Run: waybill map   (it keeps what you decided), look at the new lines, and approve again.',
    },
  );
}

/** The gate: no record moves before a person confirmed this very mapping. Throws WB_GATE_MAPPING. */
export function approvedMapping(session: Session): MappingState {
  const state = checkMapping(session, inspectionColumns(session));
  if (state.approvedBy !== null) return state;
  throw new WaybillError(
    'WB_GATE_MAPPING',
    `The mapping ${state.hash.slice(0, 12)} is not approved${hasApproval(session) ? '; it changed since the last approval' : ''}.`,
    {
      next: 'Read mapping.yaml, then: waybill map --approve --by "<your name>"',
    },
  );
}

const hasApproval = (session: Session): boolean => session.store.runs.anyApproval('mapping');

/** What the mapping says now against an approved version: the last one, or the one whose hash begins so. */
export function compareWithApproved(
  session: Session,
  version?: string,
): { readonly version: string; readonly changes: readonly MappingChange[] } {
  const approved = session.store.runs
    .approvals('mapping')
    .map((one) => one.hash)
    .findLast((hash) => hash.startsWith(version ?? ''));
  const text = approved && session.store.runs.meta<string>(`mapping.${approved}`);
  if (!approved || !text)
    throw new WaybillError(
      'WB_USAGE',
      'There is no approved version of the mapping to compare with.',
      {
        next: 'Leave the version out for the last approved one; the report names them all.',
      },
    );
  const changes = compareMappings(parseMapping(text), readMapping(session).document);
  return { version: approved, changes };
}

/** Every value of every pick-list that goes to Odoo, with what the mapping makes of it. */
export function pickListValues(session: Session): {
  readonly object: string;
  readonly column: string;
  readonly to: string;
  readonly values: readonly {
    readonly value: string;
    readonly count: number;
    readonly becomes: string;
  }[];
}[] {
  const { document } = readMapping(session);
  const inspection = session.store.runs.meta<Inspection | null>('inspection');
  return (inspection?.files ?? []).flatMap((file) =>
    file.columns.flatMap(({ id, profile }) => {
      const mapping = (document.objects[file.object] ?? []).find((one) => one.column === id);
      if (!mapping || mapping.to === 'drop' || !profile.options) return [];
      const values = profile.options.map(({ value, count }) => ({
        value,
        count,
        becomes: mapping.values?.[value] ?? value,
      }));
      return [{ object: file.object, column: id, to: mapping.to, values }];
    }),
  );
}

/** The records every way of loading gets: planned once by Waybill's own mapping, so that all write the same values. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { approveMapping, proposeMapping } from '../src/app/mapping.ts';
import { ensureMapped } from '../src/app/migrate.ts';
import { createProject } from '../src/app/project.ts';
import { scope } from '../src/app/scope.ts';
import { inspectionOf, withSession, type Session } from '../src/app/session.ts';
import { isRef, isRefs, type Step, type Value } from '../src/core/record.ts';
import { customFields } from '../src/mapping/custom-fields.ts';
import type { Catalog, CustomField } from '../src/mapping/mapping.ts';
import type { PlannedRow } from '../src/store/plan.ts';
import { writeSample } from './sample.ts';

export interface BenchRecords {
  readonly exportFolder: string;
  readonly fields: readonly CustomField[];
  readonly tags: readonly PlannedRow[];
  readonly contacts: readonly PlannedRow[];
  readonly notes: readonly PlannedRow[];
}

const SEED = 11;

/** Writes the sample export to a temporary folder and maps it, without touching any Odoo. */
export async function planRecords(contacts: number, catalog: Catalog): Promise<BenchRecords> {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-bench-'));
  const exportFolder = join(folder, 'export');
  await writeSample(exportFolder, { seed: SEED, contacts, notes: contacts * 3 });
  const project = join(folder, 'plan');
  createProject({
    folder: project,
    source: 'allclients',
    exportPath: exportFolder,
    env: 'bench',
    url: 'http://127.0.0.1:1',
    db: 'none',
    login: 'none',
  });
  const faces = { emit: () => {}, signal: new AbortController().signal, secrets: {} };
  return withSession(project, faces, 'write', async (session) => {
    await scope(session);
    proposeMapping(session, inspectionOf(session), catalog);
    const state = approveMapping(session, 'benchmark');
    await ensureMapped(session, state, catalog, 'benchmark');
    return {
      exportFolder,
      fields: customFields(state.document, session.connector.declaration, catalog),
      tags: planned(session, 'tags'),
      contacts: planned(session, 'contacts'),
      notes: planned(session, 'notes'),
    };
  });
}

const planned = (session: Session, step: Step): PlannedRow[] =>
  session.store.plan.missing('bench', step, { lane: '', sort: '', seq: 0 }, 10_000_000);

export type Ids = ReadonlyMap<string, number>;
export type PlainValue = string | number | boolean | readonly number[];

/** With the ids of one database; what is empty (an author who is nobody there) is left out. */
export function resolve(row: PlannedRow, ids: Ids): Record<string, PlainValue> {
  const entries = Object.entries(row.values).map(
    ([field, value]) => [field, resolveValue(value, ids)] as const,
  );
  return Object.fromEntries(
    entries.filter((entry): entry is [string, PlainValue] => entry[1] !== null),
  );
}

function resolveValue(value: Value, ids: Ids): PlainValue | null {
  if (isRef(value)) return ids.get(value.ref) ?? null;
  if (isRefs(value)) return value.flatMap(({ ref }) => ids.get(ref) ?? []);
  if (typeof value === 'object' && value !== null)
    throw new Error('contacts, tags and notes have no files and no joined texts');
  return value;
}

/** As Odoo's `create` wants it. */
export const toCreate = (values: Readonly<Record<string, PlainValue>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(values).map(([field, value]) => [
      field,
      Array.isArray(value) ? [[6, 0, value]] : value,
    ]),
  );

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Step } from '../../src/core/record.ts';
import { mapAll } from '../../src/engine/map.ts';
import { groupDuplicates } from '../../src/mapping/duplicates.ts';
import type { Choices } from '../../src/mapping/mapping.ts';
import { ALLCLIENTS } from '../../src/source/allclients/declaration.ts';
import { stagedRows } from '../../src/store/staging.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { fileOf, inspectionOf, mapperOf, recordsOf } from '../support/mapping.ts';

let folder = '';
let store: Store;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'waybill-map-'));
  store = openStore(folder);
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

const CONTACT = ['Contact ID', 'Last Name', 'Email', 'Edit Date'];
const NOTE = ['Note ID', 'Contact ID', 'Date', 'Note'];

const table = (headers: readonly string[], rows: readonly string[][]): Record<string, string[]> =>
  Object.fromEntries(headers.map((header, index) => [header, rows.map((row) => row[index] ?? '')]));

/** Stages the rows and maps them; gives back where each record ended. */
async function mapped(
  contacts: readonly string[][],
  notes: readonly string[][],
  choices: Partial<Choices> = {},
): Promise<Record<string, Record<string, number>>> {
  const files = [fileOf('contact', table(CONTACT, contacts)), fileOf('note', table(NOTE, notes))];
  const inspection = inspectionOf(...files);
  const { mapper, document } = mapperOf(inspection, choices);
  for (const [index, file] of files.entries())
    store.staging.add(
      stagedRows(
        store.staging.addFile({ object: file.object, path: file.path, detail: '{}' }),
        recordsOf(file, [contacts, notes][index] ?? []),
      ),
    );
  store.staging.index();
  const ctx = { store, emit: () => {}, signal: new AbortController().signal };
  await mapAll(ctx, {
    mapper,
    declaration: ALLCLIENTS,
    choices: document.choices,
    groupDuplicates,
  });
  const counts = store.reconcile
    .balance('')
    .map(({ object, counts: all }) => [
      object,
      Object.fromEntries(Object.entries(all).filter(([, n]) => n > 0)),
    ]);
  return Object.fromEntries(counts) as Record<string, Record<string, number>>;
}

/** As a run would leave it: these are in Odoo. */
function loaded(...keys: string[]): void {
  const run = store.runs.start('production', 'full', '');
  const row = { env: 'production', step: 'contacts', model: 'res.partner', op: 'create' } as const;
  const rest = { state: 'done', before: {}, after: {}, xid: true, run, batch: 0 } as const;
  store.ledger.put(keys.map((key, at) => ({ ...row, ...rest, key, resId: at + 1 })));
}

const keysOf = (step: Step): string[] =>
  store.plan
    .ofStep(step)
    .map((one) => one.key)
    .sort();

const JANE = ['1', 'Lee', 'a@x.co', '1/20/2024'];
const AGAIN = ['2', 'Lee', 'a@x.co', '1/15/2024'];

const planned = (step: string): number =>
  store.plan.counts().find((one) => one.step === step)?.n ?? 0;

describe('mapping the staged records', () => {
  test('takes a contact exported twice, and then merged by its address, into the one that leads', async () => {
    const counts = await mapped(
      [
        ['1', 'Lee', 'a@x.co', '1/1/2020'],
        ['1', 'Lee', 'a@x.co', '1/1/2020'],
        ['2', 'Lee', 'a@x.co', '1/1/2024'],
      ],
      [['n1', '1', '1/1/2024', 'By the id of the merged one']],
    );
    expect(counts).toEqual({ contact: { merged: 2, pending: 1 }, note: { pending: 1 } });
    expect(store.reconcile.merged(10).map((one) => one.into)).toEqual([
      'allclients_contact_2',
      'allclients_contact_2',
    ]);
    expect(
      store.plan.missing('', 'notes', { lane: '', sort: '', seq: 0 }, 10).map((one) => one.lane),
    ).toContain('allclients_contact_2');
  });

  test('takes the same note twice as one, and asks about two different notes of one id', async () => {
    const counts = await mapped(
      [['1', 'Lee', 'a@x.co', '']],
      [
        ['n1', '1', '1/1/2024', 'Called'],
        ['n1', '1', '1/1/2024', 'Called'],
        ['n1', '1', '1/1/2024', 'Something else'],
      ],
    );
    expect(counts['note']).toEqual({ merged: 1, queued: 1, pending: 1 });
    expect(planned('notes')).toBe(1);
    expect(store.review.openByCode('')).toEqual([{ code: 'WB_DUPLICATE_KEY', n: 1 }]);
  });

  test('keeps contacts of one id that differ apart from each other: the first is taken, the others wait', async () => {
    const counts = await mapped(
      [
        ['1', 'Lee', 'a@x.co', ''],
        ['1', 'Ray', 'b@x.co', ''],
      ],
      [],
    );
    expect(counts['contact']).toEqual({ queued: 1, pending: 1 });
    expect(planned('contacts')).toBe(1);
  });

  test('keeps a merged contact what it is in Odoo, whoever of the group was edited last', async () => {
    await mapped([JANE, AGAIN], []);
    expect(keysOf('contacts')).toEqual(['allclients_contact_1']);
    loaded('allclients_contact_1');
    store.staging.clear();
    const notes = [['n1', '2', '1/1/2024', 'Hers']];
    await mapped(
      [JANE, ['2', 'Lee', 'a@x.co', '2/25/2024'], ['3', 'Lee', 'a@x.co', '2/26/2024']],
      notes,
    );
    expect(keysOf('contacts')).toEqual(['allclients_contact_1']);
    const [jane] = store.plan.ofStep('contacts');
    expect(jane?.values['x_allclients_edited']).toMatch(/^2024-02-26/);
    expect(new Set(store.plan.ofStep('notes').map((one) => one.lane))).toEqual(
      new Set(['allclients_contact_1']),
    );
    expect(store.reconcile.merged(10).map((one) => one.into)).toEqual([
      'allclients_contact_1',
      'allclients_contact_1',
    ]);
  });

  test('keeps it also when the record whose id it bears is deleted at the source', async () => {
    const bob = ['4', 'Ray', 'b@x.co', ''];
    const third = ['3', 'Lee', 'a@x.co', ''];
    const again = async (...rows: string[][]): Promise<string[]> => {
      store.delta.capture();
      store.staging.clear();
      await mapped(rows, []);
      return keysOf('contacts');
    };
    await mapped([JANE, AGAIN, third, bob], []);
    loaded('allclients_contact_1', 'allclients_contact_4');
    expect(await again(bob, third, AGAIN)).toEqual([
      'allclients_contact_1',
      'allclients_contact_4',
    ]);
    expect(await again(AGAIN, bob)).toEqual(['allclients_contact_1', 'allclients_contact_4']);
    // Each is somebody else now: the one whose id it is has the record, the other gets one of its own.
    const apart = ['2', 'Lee', 'c@x.co', ''];
    expect(await again(apart, JANE, bob)).toEqual([
      'allclients_contact_1',
      'allclients_contact_2',
      'allclients_contact_4',
    ]);
    expect(await again(apart, bob)).toEqual(['allclients_contact_2', 'allclients_contact_4']);
  });

  test('merges nobody with nobody where both are in Odoo already, and says so', async () => {
    await mapped([JANE, ['2', 'Lee', 'b@x.co', '']], []);
    loaded('allclients_contact_1', 'allclients_contact_2');
    store.staging.clear();
    await mapped([JANE, AGAIN, ['3', 'Lee', 'a@x.co', '']], []);
    expect(store.reconcile.merged(10)).toMatchObject([{ key: '3', into: 'allclients_contact_1' }]);
    expect(keysOf('contacts')).toEqual(['allclients_contact_1', 'allclients_contact_2']);
    expect(store.review.openByCode('')).toEqual([{ code: 'WB_DUPLICATE_LOADED', n: 1 }]);
  });

  test('gives the note on a merged record the same key and text wherever its row stands', async () => {
    const note = (): unknown => store.plan.ofStep('notes').map(({ key, values }) => [key, values]);
    await mapped([JANE, AGAIN], []);
    const before = note();
    expect(keysOf('notes')).toEqual(['allclients_contact_1.merged.2']);
    store.staging.clear();
    await mapped([['9', 'Ray', 'r@x.co', ''], ['8', 'Kim', 'k@x.co', ''], AGAIN, JANE], []);
    expect(note()).toEqual(before);
  });

  test('gives each of the records of one id that a person merged a note of its own', async () => {
    const rows = [JANE, ['1', 'Ray', 'b@x.co', ''], ['1', 'Roy', 'c@x.co', '']];
    await mapped(rows, []);
    for (const item of store.review.list('', true, 10)) store.review.resolve(item, 'merge', 'Kim');
    store.staging.clear();
    expect((await mapped(rows, []))['contact']).toEqual({ merged: 2, pending: 1 });
    expect(keysOf('notes').length).toBe(2);
  });

  test('never merges who has no address, and under review merges nobody', async () => {
    const nobody = await mapped(
      [
        ['1', 'Lee', '', ''],
        ['2', 'Lee', '', ''],
      ],
      [],
    );
    expect(nobody['contact']).toEqual({ pending: 2 });
    store.staging.clear();
    const asked = await mapped(
      [
        ['1', 'Lee', 'a@x.co', ''],
        ['2', 'Lee', 'a@x.co', ''],
      ],
      [],
      { duplicates: 'review' },
    );
    expect(asked['contact']).toEqual({ queued: 2 });
  });
});

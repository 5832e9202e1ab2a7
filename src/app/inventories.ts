/** Gathers what is written down instead of moved from the staged records, and writes it beside the reports. */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { StagedRecord } from '../core/record.ts';
import { isoNow } from '../lib/clock.ts';
import { imagesIn } from '../lib/html.ts';
import { sumMoney } from '../lib/money.ts';
import {
  inventoryHtml,
  inventoryJson,
  inventoryXlsx,
  type Inventory,
  type InventoryTable,
  type Workflow,
  type WorkflowStep,
} from '../report/inventory.ts';
import type { Inspection, SourceObject } from '../source/source.ts';
import { inspectionOf, type Session } from './session.ts';

export interface InventoryFiles {
  readonly html: string;
  readonly json: string;
  readonly xlsx: string;
}

export async function writeInventories(session: Session): Promise<InventoryFiles> {
  const inventory = inventoryOf(session);
  const folder = session.project.reportsFolder;
  mkdirSync(folder, { recursive: true });
  const html = resolve(join(folder, 'inventory.html'));
  const json = resolve(join(folder, 'inventory.json'));
  const xlsx = resolve(join(folder, 'inventory.xlsx'));
  writeWhole(html, inventoryHtml(inventory));
  writeWhole(json, inventoryJson(inventory));
  writeWhole(xlsx, await inventoryXlsx(inventory));
  return { html, json, xlsx };
}

function writeWhole(path: string, text: string | Uint8Array): void {
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}

export function inventoryOf(session: Session): Inventory {
  const { declaration } = session.connector;
  const inspection = inspectionOf(session);
  const objects = declaration.objects.filter(
    (object) => session.store.staging.count(object.name) > 0,
  );
  const steps = objects.filter(
    (object) => object.shape === 'inventory' && hasSlot(object, 'action'),
  );
  return {
    project: session.project.name,
    source: declaration.name,
    at: isoNow(),
    workflows: steps.flatMap((object) => workflows(session, inspection, object)),
    tables: objects.flatMap((object) => tablesOf(session, inspection, object)),
  };
}

const hasSlot = (object: SourceObject, name: string): boolean =>
  object.slots.some((slot) => slot.name === name);

export type Read = (record: StagedRecord, slot: string) => string;

/** By the slots as the scope recognised them. */
export function reader(inspection: Inspection): Read {
  const columns = new Map(
    inspection.files.map((file) => [
      file.path,
      new Map(file.columns.map((column) => [column.slot, column.index])),
    ]),
  );
  return (record, slot) => {
    const index = columns.get(record.file)?.get(slot);
    return index === undefined ? '' : (record.cells[index] ?? '').trim();
  };
}

/** Rows of one name are the steps of one workflow, in the order of the file. */
function workflows(session: Session, inspection: Inspection, object: SourceObject): Workflow[] {
  const read = reader(inspection);
  const records = [...session.store.staging.records(object.name)];
  const named = Map.groupBy(
    records,
    (record) => read(record, 'workflow_id') || read(record, 'name') || record.key,
  );
  return [...named.values()].map((rows): Workflow => {
    const first = (slot: string): string =>
      rows.map((record) => read(record, slot)).find((text) => text !== '') ?? '';
    return {
      name: first('name') || first('workflow_id') || 'without a name',
      kind: first('kind'),
      trigger: first('trigger'),
      enrolled: first('enrolled'),
      steps: rows.map((record, at) => stepOf(record, at, read, inspection)),
    };
  });
}

const stepOf = (
  record: StagedRecord,
  at: number,
  read: Read,
  inspection: Inspection,
): WorkflowStep => ({
  order: read(record, 'step') || String(at + 1),
  condition: read(record, 'condition'),
  branch: read(record, 'branch'),
  action: read(record, 'action'),
  target: read(record, 'target'),
  delay: read(record, 'delay'),
  details: [read(record, 'details'), ...unrecognised(record, inspection)]
    .filter(Boolean)
    .join('; '),
  place: `${record.file}, line ${record.line}`,
});

const unrecognised = (record: StagedRecord, inspection: Inspection): string[] => {
  const columns = inspection.files.find((file) => file.path === record.file)?.columns ?? [];
  const known = new Set(columns.filter((one) => one.slot !== null).map((one) => one.id));
  return cellsOf(record, inspection)
    .filter(([id]) => !known.has(id))
    .map(([id, text]) => `${id}: ${text}`);
};

const NOTES: Readonly<Partial<Record<SourceObject['shape'], string>>> = {
  user: 'Owners are matched with the users of Odoo. Roles, levels and rights do not move: give each user what he may do in Odoo (Settings, Users).',
  group:
    'Each group is a tag in Odoo, and on request a sales team. What else the former system says of it, like its description, stays here.',
  inventory:
    'Not moved. Rebuild pages and forms with Odoo’s Website app, or keep your own pages and point their forms at Odoo.',
  campaign:
    'The names are in Odoo. What was sent, opened and clicked stays behind: keep this page, and an archive of the former system.',
  template:
    'Pictures that these templates load from elsewhere. They vanish when the former account is closed: save them, upload them in Odoo, and change the address in the template.',
};

function tablesOf(
  session: Session,
  inspection: Inspection,
  object: SourceObject,
): InventoryTable[] {
  const note = object.rebuild ?? NOTES[object.shape];
  if (note === undefined || hasSlot(object, 'action')) return [];
  const records = [...session.store.staging.records(object.name)];
  const base = { object: object.name, note };
  return object.shape === 'template'
    ? [{ ...base, title: 'Pictures in e-mail templates', ...pictures(records, reader(inspection)) }]
    : [{ ...base, title: capital(object.plural), ...everything(records, object, inspection) }];
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function pictures(
  records: readonly StagedRecord[],
  read: Read,
): Pick<InventoryTable, 'columns' | 'rows'> {
  const rows = records.flatMap((record) =>
    imagesIn(read(record, 'body')).map((address) => [
      read(record, 'name'),
      address,
      `${record.file}, line ${record.line}`,
    ]),
  );
  return { columns: ['Template', 'Picture', 'Place'], rows };
}

/** Every column that has a value somewhere, recognised or not: this page is all that is left of it. */
function everything(
  records: readonly StagedRecord[],
  object: SourceObject,
  inspection: Inspection,
): Pick<InventoryTable, 'columns' | 'rows'> {
  const rows = records.map((record) => new Map(cellsOf(record, inspection)));
  const columns = [...new Set(rows.flatMap((row) => [...row.keys()]))];
  const cells = rows.map((row) => columns.map((column) => row.get(column) ?? ''));
  const summed = summedColumns(object, inspection);
  const sums = columns.map((column, at) =>
    summed.has(column) ? sumOf(cells.map((row) => row[at] ?? '')) : '',
  );
  const last = sums.every((sum) => sum === '') ? [] : [['Sum', ...sums.slice(1)]];
  return { columns, rows: [...cells, ...(sums[0] === '' ? last : [])] };
}

/** Amounts, but not rates: a sum of prices per hour says nothing. */
const summedColumns = (object: SourceObject, inspection: Inspection): Set<string> => {
  const sums = new Set(
    object.slots
      .filter(({ type, name }) => type === 'float' && !/rate|unit/.test(name))
      .map(({ name }) => name),
  );
  return new Set(
    inspection.files
      .filter((file) => file.object === object.name)
      .flatMap((file) => file.columns)
      .filter((column) => column.slot !== null && sums.has(column.slot))
      .map((column) => column.id),
  );
};

const sumOf = (values: readonly string[]): string => {
  const sum = sumMoney(values);
  return sum === undefined ? 'not every value is an amount' : sum;
};

const cellsOf = (record: StagedRecord, inspection: Inspection): [string, string][] =>
  (inspection.files.find((file) => file.path === record.file)?.columns ?? [])
    .map((column): [string, string] => [column.id, (record.cells[column.index] ?? '').trim()])
    .filter(([, text]) => text !== '');

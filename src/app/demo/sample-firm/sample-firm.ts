/**
 * A sample law firm on AgileCase, made from a seed: cases with parties, custom fields of every type, letters, e-mail
 * threads, SMS, documents, audit trail. Written as CSV, XLSX or JSON; the same firm each time.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { eventsTable, milestonesTable, tasksTable } from './agenda.ts';
import { auditTable, casesTable, labelsTable } from './cases.ts';
import { communicationsTable, notesTable, PIXEL } from './correspondence.ts';
import { customTables, fieldsTable, optionsTable } from './custom-fields.ts';
import { makeDocuments } from './documents.ts';
import { csvText, jsonRows, jsonText, workbook, write } from './forms.ts';
import { moneyTables } from './money.ts';
import { contactsTable, partiesTable, portalTable, usersTable } from './people.ts';
import type { FirmOptions, SampleFirm } from './types.ts';
import { workflowFiles } from './workflows.ts';

export function generateSampleFirm(options: FirmOptions): SampleFirm {
  const documents = makeDocuments(options);
  const tables = [
    usersTable(),
    contactsTable(options),
    casesTable(options),
    partiesTable(options),
    fieldsTable(),
    optionsTable(),
    ...customTables(options),
    labelsTable(),
    notesTable(options),
    communicationsTable(options),
    documents.table,
    auditTable(options),
    tasksTable(options),
    milestonesTable(options),
    eventsTable(options),
    ...moneyTables(options),
    portalTable(options),
  ];
  const pictures = [{ path: 'emails/inline/logo.png', content: PIXEL }];
  const workflows = workflowFiles();
  const files = [...documents.files, ...pictures, ...workflows];
  return {
    tables,
    documents: documents.files,
    pictures,
    workflows,
    rows: (name) => tables.filter((table) => table.name === name).flatMap(jsonRows),
    writeTables(folder) {
      for (const table of tables) write(join(folder, `${table.name}.csv`), csvText(table));
    },
    async writeTo(folder, format) {
      mkdirSync(folder, { recursive: true });
      for (const { path, content } of files) write(join(folder, path), content);
      if (format === 'xlsx') write(join(folder, 'firm.xlsx'), await workbook(tables));
      else
        for (const table of tables)
          write(
            join(folder, 'data', `${table.name}.${format}`),
            format === 'csv' ? csvText(table) : jsonText(table),
          );
    },
  };
}

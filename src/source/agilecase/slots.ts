/** Slots that several objects of AgileCase have, and how its slots are written down: a line each. */
import { slot as declared } from '../slot.ts';
import type { Slot, SlotType } from '../source.ts';

/** `synonyms` with a comma between them. */
export const slot = (name: string, label: string, type: SlotType, synonyms = ''): Slot =>
  declared(name, label, type, ...(synonyms === '' ? [] : synonyms.split(', ')));
export const id = (name: string, label: string, synonyms = ''): Slot =>
  slot(name, label, 'key', ['ID, Key, Record ID, Guid, UUID', synonyms].filter(Boolean).join(', '));

export const caseRef = slot(
  'case',
  'Case',
  'key',
  'Case ID, Case Key, Case.id, Case No, Case Number, Case Ref, Matter, Matter No, Matter ID, File Ref, Our Ref',
);
export const contactRef = slot(
  'contact',
  'Contact',
  'key',
  'Contact ID, Contact.id, Contact Name, Client ID, Client Code, Party, Party ID',
);
export const visibility = slot(
  'visibility',
  'Visibility',
  'text',
  'Public, Visible to Client, Client Connect, Shared, Published, Extranet, Is Public',
);
export const active = slot('active', 'Active', 'text', 'Is Active, Enabled');
export const inactive = slot(
  'inactive',
  'Inactive',
  'text',
  'Is Inactive, Archived, Is Archived, Deleted, Is Deleted, Recovery Bin',
);
/** Filled by the source: the file of the export that is meant, and what was seen of it. */
export const BUNDLE_FILE: readonly Slot[] = [
  slot('file', '(file)', 'text'),
  slot('bytes', '(file bytes)', 'integer'),
  slot('sha256', '(file checksum)', 'text'),
  slot('file_problem', '(file problem)', 'text'),
];
export const bodyFormat = slot(
  'body_format',
  'Body Format',
  'text',
  'Format, Content Type, Body Type',
);
const CREATED =
  'Created, Created Date, Date Created, Created On, Creation Date, Original Create Date, Entered On';
export const created = slot('created', 'Created At', 'datetime', CREATED);
export const originalCreate = slot('original_create', 'Created At', 'datetime', CREATED);
export const edited = slot(
  'edited',
  'Updated At',
  'datetime',
  'Updated, Modified, Last Modified, Last Updated, Date Modified, Modified At',
);
export const sequence = slot('sequence', 'Position', 'integer', 'Order, Sequence');

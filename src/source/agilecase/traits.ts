/** What the objects of AgileCase have in common, and what tells their records apart. */
import type { KeySlots } from '../extract-table.ts';
import type { SourceFile } from '../source.ts';
import { slotIndex, type Kind } from './references.ts';

/** What identifies a record where it has an id, and where it has none; never a case's number. */
export const KEYS: Readonly<Record<string, KeySlots>> = {
  user: { id: ['user_id'], natural: ['email', 'name'] },
  group: { id: ['group_id'], natural: ['name'] },
  contact: {
    id: ['record_id'],
    natural: ['email', 'first_name', 'last_name', 'full_name', 'company'],
  },
  case: { id: ['deal_id'], natural: ['contact', 'opened', 'name', 'details'] },
  note: { id: ['note_id'] },
  communication: { id: ['communication_id'] },
  document: { id: ['document_id'] },
  task: { id: ['task_id'] },
  event: { id: ['event_id'] },
  time_entry: { id: ['time_id'] },
  expense: { id: ['expense_id'] },
  bill: { id: ['bill_id'] },
  payment: { id: ['payment_id'] },
  custom_field: { id: ['field_key'] },
  workflow: { id: ['workflow_file'] },
  milestone: { natural: ['case', 'summary'] },
  milestone_template: { id: ['milestone_id'] },
  label: { id: ['label_id'] },
  audit: { id: ['audit_id'] },
};

export const kindOf = (file: SourceFile): Kind | undefined =>
  file.object === 'case' || file.object === 'contact' ? file.object : undefined;
export const DETAILS = new Set([
  'case_contact',
  'custom_field',
  'custom_option',
  'custom_value',
  'custom_row',
  'label',
  'label_link',
  'audit',
]);
export const isDetail = (object: string): boolean => DETAILS.has(object);

export const hasBody = (file: SourceFile): boolean => slotIndex(file, 'body') !== -1;
export const hasVisibility = (file: SourceFile): boolean =>
  ['note', 'communication'].includes(file.object) && slotIndex(file, 'visibility') === -1;
export const isThreaded = (file: SourceFile): boolean => file.object === 'communication';
/** A record in the recovery bin says that it is not active; Odoo's archive asks the other way round. */
export const saysActive = (file: SourceFile): boolean =>
  kindOf(file) !== undefined &&
  slotIndex(file, 'active') !== -1 &&
  slotIndex(file, 'inactive') === -1;
export const NOT_ACTIVE = /^(0|n|no|f|false|inactive|archived|deleted)$/i;
/** Documents that name no case in a column of their own. */
export const listsBlobs = (file: SourceFile): boolean =>
  file.object === 'document' && slotIndex(file, 'case') === -1;
export const isFiled = (file: SourceFile): boolean =>
  file.object === 'document' ||
  (file.object === 'communication' && slotIndex(file, 'mail_file') !== -1);

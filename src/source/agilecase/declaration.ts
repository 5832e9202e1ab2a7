/**
 * AgileCase, declared. It publishes neither an API nor an export format: the objects are those of its manuals, the
 * headers are what case-management exports usually say, and everything is confirmed by a person before it counts.
 */
import { slot } from '../slot.ts';
import type { Slot, SourceDeclaration, SourceObject } from '../source.ts';
import { USER, GROUP, CONTACT } from './slots-people.ts';
import {
  CASE,
  CASE_CONTACT,
  CUSTOM_FIELD,
  CUSTOM_OPTION,
  CUSTOM_VALUE,
  LABEL,
  LABEL_LINK,
  AUDIT,
} from './slots-case.ts';
import { NOTE, COMMUNICATION, DOCUMENT, TASK, MILESTONE, EVENT } from './slots-history.ts';
import {
  TIME_ENTRY,
  EXPENSE,
  BILL,
  BILL_LINE,
  PAYMENT,
  PORTAL,
  MILESTONE_TEMPLATE,
  CASE_LINK,
  CONTACT_LINK,
} from './slots-listed.ts';
import { WORKFLOW_SLOTS } from './workflows.ts';

/** Filled by the source: `case:44120` or `contact:902`. */
const BELONGS_TO = slot('belongs_to', '(belongs to)', 'key');

/** Filled by the source from the definitions: a row per step. */
const WORKFLOW: readonly Slot[] = WORKFLOW_SLOTS.map((name) => slot(name, name, 'text'));

const ACCOUNTING =
  'Belongs to accounting, not to the CRM: give this list to whoever opens the books in Odoo. The sums are those of the export.';
const LINKS = 'Odoo has no such link: write it into the notes of the records where it matters.';

const object = (
  name: string,
  label: string,
  plural: string,
  shape: SourceObject['shape'],
  slots: readonly Slot[],
  more: Pick<SourceObject, 'parent' | 'otherParent' | 'fileNames' | 'rebuild'> = {},
): SourceObject => ({
  name,
  label,
  plural,
  shape,
  slots: shape === 'detail' ? [...slots, BELONGS_TO] : slots,
  ...more,
});

export const AGILECASE: SourceDeclaration = {
  id: 'agilecase',
  name: 'AgileCase',
  fieldPrefix: 'x_ac_',
  timeZone: 'Europe/London',
  country: 'GB',
  objects: [
    object('user', 'User', 'users', 'user', USER, { fileNames: ['staff', 'feeearners'] }),
    object('group', 'Group', 'groups', 'group', GROUP, { fileNames: ['teams'] }),
    object('contact', 'Contact', 'contacts', 'partner', CONTACT, {
      fileNames: ['clients', 'parties', 'people'],
    }),
    object('case', 'Case', 'cases', 'lead', CASE, {
      parent: 'contact',
      fileNames: ['matters'],
    }),
    object('case_contact', 'Party of a case', 'case contacts', 'detail', CASE_CONTACT, {
      fileNames: ['caseparties', 'relationships'],
    }),
    object('custom_field', 'Custom field', 'custom fields', 'detail', CUSTOM_FIELD),
    object(
      'custom_option',
      'Option of a custom field',
      'custom field options',
      'detail',
      CUSTOM_OPTION,
      { fileNames: ['customoptions'] },
    ),
    object('custom_value', 'Custom value', 'custom values', 'detail', CUSTOM_VALUE),
    object('custom_row', 'Row of a custom table', 'custom rows', 'detail', CUSTOM_VALUE),
    object('label', 'Label', 'labels', 'detail', LABEL, { fileNames: ['tags', 'categories'] }),
    object('label_link', 'Label of a record', 'label links', 'detail', LABEL_LINK, {
      fileNames: ['taglinks'],
    }),
    object('audit', 'Audit entry', 'audit entries', 'detail', AUDIT, {
      fileNames: ['auditlog', 'audittrail', 'audithistory'],
    }),
    object('note', 'Note', 'notes', 'message', NOTE, {
      parent: 'case',
      otherParent: 'contact',
      fileNames: ['activitylog', 'history'],
    }),
    object('communication', 'Communication', 'communications', 'message', COMMUNICATION, {
      parent: 'case',
      otherParent: 'contact',
      fileNames: ['emails', 'sms', 'messages', 'correspondence'],
    }),
    object('document', 'Document', 'documents', 'attachment', DOCUMENT, {
      parent: 'case',
      otherParent: 'contact',
      fileNames: ['documentversions', 'blobs', 'bloblisting', 'files'],
    }),
    object('task', 'Task', 'tasks', 'task', TASK, { parent: 'case', otherParent: 'contact' }),
    object('milestone', 'Milestone', 'case milestones', 'task', MILESTONE, { parent: 'case' }),
    object('event', 'Event', 'events', 'event', EVENT, {
      parent: 'case',
      otherParent: 'contact',
      fileNames: ['appointments', 'keydates'],
    }),
    object('workflow', 'Workflow', 'workflows', 'inventory', WORKFLOW),
    object('portal_access', 'Portal access', 'portal access', 'inventory', PORTAL, {
      fileNames: ['portalusers', 'clientconnect'],
      rebuild:
        'Nobody was given access. In Odoo: Contacts, choose the contact, Action, Grant portal access; what he may see is decided by the documents that are shared with him. Passwords do not move.',
    }),
    object(
      'milestone_template',
      'Milestone of a plan',
      'milestones',
      'inventory',
      MILESTONE_TEMPLATE,
      {
        rebuild:
          'A plan of milestones is an activity plan in Odoo (CRM, Configuration, Activity Plans).',
      },
    ),
    object('time_entry', 'Time entry', 'time entries', 'inventory', TIME_ENTRY, {
      fileNames: ['time'],
      rebuild: ACCOUNTING,
    }),
    object('expense', 'Expense', 'expenses', 'inventory', EXPENSE, { rebuild: ACCOUNTING }),
    object('bill', 'Bill', 'bills', 'inventory', BILL, {
      fileNames: ['invoices'],
      rebuild: ACCOUNTING,
    }),
    object('bill_line', 'Line of a bill', 'bill lines', 'inventory', BILL_LINE, {
      rebuild: ACCOUNTING,
    }),
    object('payment', 'Payment', 'payments', 'inventory', PAYMENT, { rebuild: ACCOUNTING }),
    object('case_link', 'Link between cases', 'case links', 'inventory', CASE_LINK, {
      fileNames: ['workitemlinks'],
      rebuild: LINKS,
    }),
    object('contact_link', 'Link between contacts', 'contact links', 'inventory', CONTACT_LINK, {
      rebuild: LINKS,
    }),
  ],
  traps: [
    'AgileCase has no documented export or API: ask for the whole account, with documents, audit log and inactive records, while the subscription is live.',
    'After a termination the time to take an export may be as short as 30 days: never plan on more.',
    'An exporter sees only the cases of the groups he is in: compare the number of cases with what an administrator sees.',
    'Audit history may be kept only for a time that depends on the plan: export it first.',
    'Case numbers can be reformatted for all cases at once; they are kept to be searched, never used as a key.',
    'What does not say that it is public is taken for internal.',
    'Time entries, expenses, bills and payments are accounting: they are listed with their sums, not loaded into the CRM.',
  ],
};

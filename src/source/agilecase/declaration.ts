/**
 * AgileCase, declared. It publishes neither an API nor an export format: the objects are those of its manuals, the
 * headers are what case-management exports usually say, and everything is confirmed by a person before it counts.
 */
import { slot } from '../slot.ts';
import { WORKFLOW_SLOTS } from './workflows.ts';
import type { Slot, SourceDeclaration, SourceObject } from '../source.ts';

const caseRef = slot(
  'case',
  'Case',
  'key',
  'Case ID',
  'Case Key',
  'Case.id',
  'Case No',
  'Case Number',
  'Case Ref',
  'Matter',
  'Matter No',
  'Matter ID',
  'File Ref',
  'Our Ref',
);
const contactRef = slot(
  'contact',
  'Contact',
  'key',
  'Contact ID',
  'Contact.id',
  'Contact Name',
  'Client ID',
  'Client Code',
  'Party',
  'Party ID',
);
const visibility = slot(
  'visibility',
  'Visibility',
  'text',
  'Public',
  'Visible to Client',
  'Client Connect',
  'Shared',
  'Published',
  'Extranet',
  'Is Public',
);
const active = slot('active', 'Active', 'text', 'Is Active', 'Enabled');
const inactive = slot(
  'inactive',
  'Inactive',
  'text',
  'Is Inactive',
  'Archived',
  'Is Archived',
  'Deleted',
  'Is Deleted',
  'Recovery Bin',
);
/** Filled by the source: the file of the export that is meant, and what was seen of it. */
const BUNDLE_FILE: readonly Slot[] = [
  slot('file', '(file)', 'text'),
  slot('bytes', '(file bytes)', 'integer'),
  slot('sha256', '(file checksum)', 'text'),
  slot('file_problem', '(file problem)', 'text'),
];
const bodyFormat = slot(
  'body_format',
  'Body Format',
  'text',
  'Format',
  'Content Type',
  'Body Type',
);
const created = slot(
  'created',
  'Created At',
  'datetime',
  'Created',
  'Created Date',
  'Date Created',
  'Created On',
  'Creation Date',
  'Original Create Date',
  'Entered On',
);
const edited = slot(
  'edited',
  'Updated At',
  'datetime',
  'Updated',
  'Modified',
  'Last Modified',
  'Last Updated',
  'Date Modified',
  'Modified At',
);
const id = (name: string, label: string, ...synonyms: string[]): Slot =>
  slot(name, label, 'key', 'ID', 'Key', 'Record ID', 'Guid', 'UUID', ...synonyms);

const USER: readonly Slot[] = [
  id('user_id', 'User ID', 'Staff ID', 'Fee Earner ID'),
  slot(
    'name',
    'Name',
    'text',
    'Full Name',
    'Display Name',
    'User',
    'User Name',
    'Fee Earner',
    'Staff Member',
  ),
  slot('first_name', 'First Name', 'text', 'Forename', 'Given Name'),
  slot('last_name', 'Last Name', 'text', 'Surname', 'Family Name'),
  slot('email', 'Email', 'email', 'E-mail', 'Email Address', 'Login Email'),
  slot('login', 'Login', 'text', 'Username'),
  slot('active', 'Active', 'boolean', 'Is Active', 'Enabled'),
  slot('role', 'System Role', 'text', 'Role', 'User Role'),
  slot('is_admin', 'Is Admin', 'boolean', 'Administrator', 'Admin'),
  slot('registered', 'Registered On', 'date', 'Registration Date', 'Registered'),
];

const GROUP: readonly Slot[] = [
  id('group_id', 'Group ID', 'Team ID'),
  slot('name', 'Group Name', 'text', 'Name', 'Group', 'Team', 'Team Name'),
  slot('case_types', 'Case Types', 'list'),
];

const CONTACT: readonly Slot[] = [
  id('record_id', 'Contact ID', 'Client ID', 'Party ID'),
  slot(
    'code',
    'Client Code',
    'text',
    'Code',
    'Client Number',
    'Client No',
    'Account Code',
    'Contact Ref',
  ),
  slot('kind', 'Kind', 'text', 'Contact Kind', 'Type', 'Contact Type', 'Person or Company'),
  slot('title', 'Title', 'text', 'Salutation', 'Courtesy Title'),
  slot('first_name', 'First Name', 'text', 'Forename', 'First', 'Given Name', 'Forenames'),
  slot('last_name', 'Last Name', 'text', 'Surname', 'Last', 'Family Name'),
  slot('full_name', 'Full Name', 'text', 'Name', 'Display Name', 'Contact Name', 'Client Name'),
  slot(
    'company',
    'Company',
    'text',
    'Company Name',
    'Organisation',
    'Organization',
    'Business Name',
    'Employer',
  ),
  slot('job_title', 'Job Title', 'text', 'Position', 'Occupation'),
  slot('email', 'Email', 'email', 'E-mail', 'Email Address', 'Email 1', 'Primary Email'),
  slot('other_email', 'Email 2', 'email', 'Second Email', 'Other Email', 'Secondary Email'),
  slot(
    'phone1',
    'Phone',
    'phone',
    'Telephone',
    'Phone Number',
    'Phone 1',
    'Tel',
    'Home Phone',
    'Landline',
  ),
  slot('phone2', 'Mobile', 'phone', 'Mobile Phone', 'Phone 2', 'Cell'),
  slot('phone3', 'Phone 3', 'phone', 'Work Phone', 'Business Phone'),
  slot('phone4', 'Phone 4', 'phone', 'Other Phone'),
  slot('fax', 'Fax', 'phone', 'Fax Number'),
  slot('website', 'Website', 'text', 'Web', 'Web Site', 'URL'),
  slot('street', 'Address Line 1', 'text', 'Address', 'Address 1', 'Street', 'Address1'),
  slot('street2', 'Address Line 2', 'text', 'Address 2', 'Address2'),
  slot('city', 'Town', 'text', 'City', 'Town/City', 'Post Town'),
  slot('state', 'County', 'text', 'State', 'Region'),
  slot('zip', 'Postcode', 'text', 'Post Code', 'Postal Code', 'Zip'),
  slot('country', 'Country', 'text'),
  slot('birthday', 'Date of Birth', 'text', 'DOB', 'Birthday', 'Birth Date'),
  slot('tags', 'Labels', 'list', 'Label', 'Tags', 'Tag', 'Categories'),
  slot('memo', 'Notes', 'longtext', 'Memo', 'Comments', 'Background'),
  slot('owner', 'Owner', 'text', 'Assigned To', 'Fee Earner', 'Account Manager'),
  slot('source', 'Source', 'text', 'Referrer'),
  active,
  slot('inactive', 'Inactive', 'boolean', 'Is Inactive', 'Archived', 'Deleted', 'Recovery Bin'),
  created,
  edited,
];

/** What is no slot (practice area, fee type, partner …) becomes a field of its own, named after its header. */
const CASE: readonly Slot[] = [
  id('deal_id', 'Case ID', 'Matter ID'),
  slot(
    'number',
    'Case Number',
    'text',
    'Number',
    'Case No',
    'Case Ref',
    'Matter No',
    'Matter Ref',
    'File Ref',
    'Our Ref',
    'Reference',
    'Case Reference',
  ),
  slot(
    'name',
    'Title',
    'text',
    'Case Title',
    'Case Name',
    'Matter Name',
    'Name',
    'Subject',
    'Short Description',
  ),
  slot('details', 'Description', 'longtext', 'Case Details', 'Case Description', 'Summary'),
  slot(
    'contact',
    'Client',
    'key',
    'Client ID',
    'Client.id',
    'Client Name',
    'Customer',
    'Primary Client',
    'Instructing Client',
    'Contact',
    'Contact ID',
    'Client Code',
  ),
  slot(
    'owner',
    'Fee Earner',
    'text',
    'Handler',
    'Case Handler',
    'Owner',
    'Assigned To',
    'Case Owner',
    'Manager',
    'Case Manager',
    'Owner.email',
    'Owner Email',
  ),
  slot('status', 'Status', 'text', 'Case Status', 'State'),
  slot('stage', 'Stage', 'text', 'Workflow Stage', 'Step', 'Workflow Step', 'Case Stage'),
  slot(
    'amount',
    'Fee Amount',
    'float',
    'Fee',
    'Value',
    'Estimated Value',
    'Expected Revenue',
    'Amount',
  ),
  slot('probability', 'Probability', 'float', 'Likelihood', 'Chance'),
  slot('opened', 'Opened On', 'date', 'Date Opened', 'Open Date', 'Opened', 'Instruction Date'),
  slot(
    'expected_close',
    'Planned Completion On',
    'date',
    'Planned Completion',
    'Planned Completion Date',
    'Target Date',
    'Expected Completion',
  ),
  slot('actual_close', 'Closed On', 'date', 'Date Closed', 'Close Date', 'Closed'),
  slot('tags', 'Labels', 'list', 'Label', 'Tags', 'Tag', 'Categories', 'Category', 'System Labels'),
  slot('related', '(parties)', 'longtext'),
  slot('audit_history', '(audit history)', 'longtext'),
  slot(
    'original_create',
    'Created At',
    'datetime',
    'Created',
    'Created Date',
    'Date Created',
    'Created On',
    'Creation Date',
    'Original Create Date',
    'Entered On',
  ),
  active,
  inactive,
];

const CASE_CONTACT: readonly Slot[] = [
  caseRef,
  contactRef,
  slot('role', 'Role', 'text', 'Relationship', 'Contact Type', 'Capacity', 'Description'),
  slot('is_client', 'Is Client', 'boolean', 'Client?'),
  slot('is_joint_client', 'Is Joint Client', 'boolean', 'Joint Client'),
];

const CUSTOM_FIELD: readonly Slot[] = [
  id('field_key', 'Field Key', 'Field ID', 'Field Name'),
  slot('label', 'Label', 'text', 'Field Label', 'Caption', 'Name'),
  slot('scope', 'Scope', 'text', 'Applies To', 'Entity'),
  slot('field_type', 'Type', 'text', 'Field Type', 'Data Type'),
  slot('case_type', 'Case Type', 'text'),
  slot('role', 'Role', 'text', 'Relationship'),
  slot('label_name', 'Label Name', 'text'),
  slot('field_group', 'Group', 'text', 'Field Group', 'Section'),
  slot('tab', 'Tab', 'text'),
  slot('sequence', 'Position', 'integer', 'Order', 'Sequence'),
  slot('is_table', 'Is Table', 'boolean', 'Table', 'Repeating'),
  slot('mandatory', 'Mandatory', 'boolean', 'Required'),
  slot('options', 'Options', 'list', 'Choices', 'Values'),
  slot('help', 'Help Text', 'longtext', 'Help', 'Hint', 'Tooltip'),
];

const CUSTOM_OPTION: readonly Slot[] = [
  slot('field', 'Field', 'key', 'Field Key', 'Field ID', 'Custom Field'),
  slot('option_value', 'Value', 'text', 'Option', 'Option Value', 'Key'),
  slot('option_label', 'Label', 'text', 'Option Label', 'Caption'),
  slot('sequence', 'Position', 'integer', 'Order', 'Sequence'),
];

const CUSTOM_VALUE: readonly Slot[] = [
  slot('owner_type', 'Owner Type', 'text', 'Entity Type', 'Scope', 'Record Type'),
  caseRef,
  contactRef,
  slot('record', 'Owner', 'key', 'Owner ID', 'Record', 'Entity ID'),
  slot('role', 'Role', 'text', 'Relationship'),
  slot('field', 'Field', 'key', 'Field Key', 'Field ID', 'Custom Field', 'Field Name'),
  slot('row', 'Row', 'integer', 'Row Number', 'Row No'),
  slot('value', 'Value', 'longtext', 'Field Value', 'Answer'),
];

const LABEL: readonly Slot[] = [
  id('label_id', 'Label ID', 'Tag ID'),
  slot('name', 'Label', 'text', 'Name', 'Label Name', 'Tag', 'Category'),
  slot('parent_label', 'Parent', 'text', 'Parent Label', 'Parent ID', 'Parent Tag'),
  slot('scope', 'Scope', 'text', 'Applies To'),
];

const LABEL_LINK: readonly Slot[] = [
  slot('label_ref', 'Label', 'key', 'Label ID', 'Tag', 'Tag ID', 'Category'),
  slot('owner_type', 'Owner Type', 'text', 'Entity Type', 'Record Type'),
  slot('record', 'Owner', 'key', 'Owner ID', 'Record', 'Entity ID', 'Record ID'),
  caseRef,
  contactRef,
];

const NOTE: readonly Slot[] = [
  id('note_id', 'Note ID'),
  caseRef,
  contactRef,
  slot(
    'date',
    'Date',
    'datetime',
    'At',
    'Note Date',
    'Timestamp',
    'Created At',
    'Created',
    'Date Created',
  ),
  slot('author', 'Author', 'text', 'Created By', 'User', 'Entered By', 'By'),
  slot('subject', 'Subject', 'text', 'Title', 'Heading'),
  slot('body', 'Note', 'longtext', 'Body', 'Text', 'Content', 'Note Text', 'Details'),
  bodyFormat,
  slot('inline', '(pictures)', 'longtext'),
  slot('note_kind', 'Kind', 'text', 'Note Type', 'Activity Type'),
  visibility,
  active,
  inactive,
];

const COMMUNICATION: readonly Slot[] = [
  id('communication_id', 'Communication ID', 'Email ID'),
  caseRef,
  contactRef,
  slot('channel', 'Channel', 'text', 'Type', 'Communication Type', 'Medium'),
  slot('direction', 'Direction', 'text', 'In/Out', 'Incoming'),
  slot('date', 'Date', 'datetime', 'At', 'Sent At', 'Sent', 'Received', 'Timestamp', 'Date Sent'),
  slot('from', 'From', 'text', 'Sender', 'From Address'),
  slot('to', 'To', 'text', 'Recipients', 'Recipient', 'To Address'),
  slot('cc', 'Cc', 'text'),
  slot('bcc', 'Bcc', 'text'),
  slot('message_id', 'Message ID', 'text', 'Internet Message ID', 'MessageID Header'),
  slot('in_reply_to', 'In Reply To', 'text', 'In-Reply-To', 'Reply To Message'),
  slot('subject', 'Subject', 'text'),
  slot('body', 'Body', 'longtext', 'Text', 'Content', 'Message', 'Message Body'),
  bodyFormat,
  slot('inline', '(pictures)', 'longtext'),
  slot('mail_file', 'File', 'text', 'Eml', 'Mail File', 'Path'),
  slot('thread', '(thread)', 'key'),
  slot('attachments', 'Attachments', 'list', 'Documents', 'Attachment IDs'),
  slot('author', 'User', 'text', 'Logged By', 'Created By'),
  ...BUNDLE_FILE,
  visibility,
  active,
  inactive,
];

const DOCUMENT: readonly Slot[] = [
  id('document_id', 'Document ID', 'File ID', 'Blob ID'),
  caseRef,
  contactRef,
  slot('folder', 'Folder', 'text', 'Directory', 'Folder Path'),
  slot(
    'file_name',
    'File Name',
    'text',
    'Filename',
    'Name',
    'Document Name',
    'Blob Name',
    'Original Filename',
  ),
  slot('filename', '(name)', 'text'),
  slot('doc_title', 'Title', 'text', 'Document Title', 'Description'),
  slot(
    'size',
    'Size',
    'integer',
    'Bytes',
    'File Size',
    'Content Length',
    'Content-Length',
    'Length',
  ),
  slot('mime', 'MIME Type', 'text', 'Mime', 'Content Type', 'Content-Type', 'Media Type'),
  slot('checksum', 'SHA-256', 'text', 'Sha256', 'Hash'),
  slot('path', 'Path', 'text', 'File', 'File Path', 'Blob', 'Blob Path', 'Storage Path', 'URI'),
  slot('uploaded_by', 'Uploaded By', 'text', 'Author', 'Created By', 'User'),
  slot(
    'uploaded',
    'Uploaded At',
    'datetime',
    'Uploaded',
    'Created At',
    'Date',
    'Last Modified',
    'Upload Date',
  ),
  slot('document_ref', 'Document', 'key', 'Parent Document', 'Document Ref'),
  slot('version', 'Version', 'integer', 'Version No', 'Version Number'),
  slot('is_current', 'Is Current', 'boolean', 'Current', 'Latest'),
  slot('template', 'Template', 'text'),
  ...BUNDLE_FILE,
  visibility,
  active,
  inactive,
];

const AUDIT: readonly Slot[] = [
  id('audit_id', 'Audit ID', 'Event ID', 'Log ID'),
  slot('date', 'At', 'datetime', 'Date', 'Timestamp', 'When', 'Changed At', 'Time'),
  slot('actor', 'User', 'text', 'Changed By', 'Who', 'By', 'Actor', 'Author'),
  slot('object_type', 'Object Type', 'text', 'Entity Type', 'Record Type', 'Table'),
  slot('record', 'Object', 'key', 'Object ID', 'Record', 'Record ID', 'Entity ID'),
  caseRef,
  slot('action', 'Action', 'text', 'Event', 'Operation'),
  slot('changed_field', 'Field', 'text', 'Field Name', 'Attribute', 'Property', 'Column'),
  slot('old_value', 'Old', 'longtext', 'Old Value', 'Before', 'From'),
  slot('new_value', 'New', 'longtext', 'New Value', 'After', 'To'),
  slot('ip', 'IP', 'text', 'IP Address'),
];

const TASK: readonly Slot[] = [
  id('task_id', 'Task ID'),
  caseRef,
  contactRef,
  slot('summary', 'Title', 'text', 'Task', 'Subject', 'Name'),
  slot('details', 'Description', 'longtext', 'Details', 'Notes'),
  slot('owner', 'Assigned To', 'text', 'Owner', 'Assignee', 'Responsible'),
  slot('created_by', 'Created By', 'text'),
  slot('due_date', 'Due At', 'datetime', 'Due', 'Due Date', 'Due On', 'Deadline'),
  slot('complete_date', 'Completed At', 'datetime', 'Completed', 'Completed On', 'Date Completed'),
  slot('status', 'Status', 'text', 'State', 'Done'),
  slot('priority', 'Priority', 'text'),
  slot('milestone', 'Milestone', 'text'),
  created,
  visibility,
];

const MILESTONE: readonly Slot[] = [
  caseRef,
  slot('summary', 'Milestone', 'text', 'Milestone Title', 'Title', 'Milestone Name'),
  slot('due_date', 'Due On', 'date', 'Due', 'Due Date', 'Planned Date'),
  slot('complete_date', 'Actual On', 'date', 'Actual Date', 'Actual', 'Completed On'),
  slot('mandatory', 'Mandatory', 'boolean'),
  slot('owner', 'Completed By', 'text'),
];

const EVENT: readonly Slot[] = [
  id('event_id', 'Event ID', 'Appointment ID'),
  caseRef,
  contactRef,
  slot('subject', 'Title', 'text', 'Subject', 'Event', 'Name'),
  slot('start', 'Starts At', 'datetime', 'Start', 'Start Date', 'Starts', 'Begin', 'Date'),
  slot('end', 'Ends At', 'datetime', 'End', 'End Date', 'Ends', 'Finish'),
  slot('all_day', 'All Day', 'boolean'),
  slot('location', 'Location', 'text', 'Place', 'Venue'),
  slot('owner', 'Organiser', 'text', 'Organizer', 'Owner', 'Assigned To'),
  slot('attendees', 'Attendees', 'list', 'Participants', 'Invitees'),
  slot('details', 'Description', 'longtext', 'Details'),
];

const TIME_ENTRY: readonly Slot[] = [
  id('time_id', 'Time Entry ID'),
  caseRef,
  slot('date', 'Date', 'date', 'Entry Date'),
  slot('duration', 'Duration', 'text', 'Hours', 'Time', 'Units', 'Minutes'),
  slot('description', 'Description', 'longtext', 'Narrative'),
  slot('rate_name', 'Rate Name', 'text', 'Billing Rate'),
  slot('rate', 'Rate', 'float', 'Hourly Rate'),
  slot('amount', 'Amount', 'float', 'Value'),
  slot('tax', 'Tax', 'text', 'VAT', 'Tax Rate'),
  slot('user', 'User', 'text', 'Fee Earner', 'By'),
  slot('bill', 'Bill', 'key', 'Invoice', 'Bill ID', 'Bill No'),
  active,
  inactive,
];

const EXPENSE: readonly Slot[] = [
  id('expense_id', 'Expense ID'),
  caseRef,
  slot('date', 'Date', 'date', 'Expense Date'),
  slot('description', 'Description', 'longtext', 'Details'),
  slot('user', 'User', 'text', 'By'),
  slot('expense_amount', 'Amount', 'float', 'Value', 'Net', 'Cost', 'Disbursement'),
  slot('tax', 'Tax', 'text', 'VAT', 'Tax Rate'),
  slot('bill', 'Bill', 'key', 'Invoice', 'Bill ID', 'Bill No'),
];

const BILL: readonly Slot[] = [
  id('bill_id', 'Bill ID', 'Bill Number', 'Bill No', 'Invoice No', 'Invoice Number'),
  slot('customer', 'Customer', 'key', 'Client', 'Contact'),
  slot('cases', 'Cases', 'list', 'Case', 'Matters'),
  slot('issued', 'Issued On', 'date', 'Bill Date', 'Invoice Date', 'Date'),
  slot('due', 'Due On', 'date', 'Due Date'),
  slot('net', 'Net', 'float', 'Net Amount'),
  slot('tax_amount', 'Tax', 'float', 'VAT'),
  slot('gross', 'Gross', 'float', 'Total', 'Gross Amount'),
  slot('paid', 'Paid', 'float', 'Amount Paid'),
  slot('balance', 'Balance', 'float', 'Outstanding'),
  slot('status', 'Status', 'text'),
];

const BILL_LINE: readonly Slot[] = [
  slot('bill', 'Bill', 'key', 'Bill ID', 'Invoice'),
  caseRef,
  slot('line_kind', 'Kind', 'text', 'Line Type'),
  slot('description', 'Description', 'longtext'),
  slot('quantity', 'Quantity', 'float', 'Qty'),
  slot('unit_price', 'Unit Price', 'float', 'Price'),
  slot('tax', 'Tax', 'text', 'VAT'),
  slot('line_amount', 'Amount', 'float', 'Line Total'),
];

const PAYMENT: readonly Slot[] = [
  id('payment_id', 'Payment ID'),
  slot('bill', 'Bill', 'key', 'Bill ID', 'Invoice'),
  slot('date', 'At', 'date', 'Date', 'Payment Date', 'Paid On'),
  slot('payment_amount', 'Amount', 'float', 'Amount Paid'),
  slot('payment_source', 'Source', 'text', 'Method'),
  slot('destination_account', 'Destination Account', 'text', 'Account'),
  slot('payment_note', 'Note', 'text', 'Reference'),
];

const PORTAL: readonly Slot[] = [
  contactRef,
  slot('email', 'Email', 'email', 'Portal Email', 'Login'),
  caseRef,
  slot('portal_state', 'State', 'text', 'Status', 'Access', 'Portal State'),
];

const MILESTONE_TEMPLATE: readonly Slot[] = [
  id('milestone_id', 'Milestone ID'),
  slot('plan', 'Plan', 'key', 'Case Plan'),
  slot('milestone_title', 'Title', 'text', 'Milestone'),
  slot('milestone_parent', 'Parent', 'key', 'Parent Milestone'),
  slot('days_difference', 'Days Difference', 'integer', 'Days', 'Offset'),
  slot('mandatory', 'Mandatory', 'boolean'),
  slot('sequence', 'Position', 'integer', 'Order', 'Sequence'),
];

const CASE_LINK: readonly Slot[] = [
  slot('from_case', 'From Case', 'key', 'From', 'From Item', 'From Work Item'),
  slot('to_case', 'To Case', 'key', 'To', 'To Item', 'To Work Item'),
  slot('relation', 'Relation', 'text', 'Relationship', 'Link Name', 'Link'),
];

const CONTACT_LINK: readonly Slot[] = [
  slot('from_contact', 'From Contact', 'key'),
  slot('to_contact', 'To Contact', 'key'),
  slot('relation', 'Relation', 'text', 'Relationship'),
];

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

/**
 * AllClients, declared. Its export's headers are not published: the synonyms come from the field names of its API
 * (developers.allclients.com, GetContacts, AddContact, GetContactNotes) and from what such exports usually say.
 */
import type { Slot, SlotType, SourceDeclaration } from '../source.ts';

const slot = (name: string, label: string, type: SlotType, ...synonyms: string[]): Slot => ({
  name,
  label,
  type,
  synonyms: [label, name, ...synonyms],
});

const phone = (n: number): Slot[] => [
  slot(
    `phone${n}`,
    `Phone ${n}`,
    'phone',
    ...(n === 1
      ? ['Phone', 'Phone Number', 'Primary Phone', 'Telephone']
      : n === 2
        ? ['Mobile', 'Cell', 'Cell Phone', 'Mobile Phone']
        : []),
  ),
  slot(
    `phone${n}_note`,
    `Phone ${n} Note`,
    'text',
    `Phone ${n} Description`,
    `Phone ${n} Type`,
    `Phone ${n} Label`,
  ),
];

const owner = slot(
  'owner',
  'Team Member',
  'text',
  'Owner',
  'Database',
  'Assigned To',
  'Contact Owner',
  'Team Member Name',
  'teammember',
  'User',
);

const CONTACT: readonly Slot[] = [
  slot(
    'record_id',
    'Contact ID',
    'key',
    'Id',
    'Record ID',
    'contactid',
    'AllClients ID',
    'Contact Number',
  ),
  slot('first_name', 'First Name', 'text', 'First', 'Given Name'),
  slot('last_name', 'Last Name', 'text', 'Last', 'Surname', 'Family Name'),
  slot('full_name', 'Full Name', 'text', 'Name', 'Contact Name', 'Contact'),
  slot(
    'email',
    'Email',
    'email',
    'E-mail',
    'Email Address',
    'E-mail Address',
    'Primary Email',
    'Email 1',
  ),
  slot(
    'other_email',
    'Other Email',
    'email',
    'Email 2',
    'Secondary Email',
    'Spouse Email',
    'Second Email',
  ),
  slot('company', 'Company', 'text', 'Company Name', 'Organization', 'Organisation', 'Business'),
  slot('job_title', 'Job Title', 'text', 'Position', 'Title'),
  ...[1, 2, 3, 4].flatMap(phone),
  slot('fax', 'Fax', 'phone', 'Fax Number'),
  slot('street', 'Address', 'text', 'Street', 'Street Address', 'Address 1', 'Address Line 1'),
  slot('street2', 'Address 2', 'text', 'Address Line 2', 'Street 2', 'Suite'),
  slot('city', 'City', 'text', 'Town'),
  slot('state', 'State', 'text', 'Province', 'State/Province', 'Region', 'State Province'),
  slot('zip', 'Postal Code', 'text', 'Zip', 'Zip Code', 'Postcode'),
  slot('country', 'Country', 'text'),
  slot('website', 'Website', 'text', 'Web Site', 'URL', 'Web'),
  owner,
  slot('owner_email', 'Owner Email', 'email', 'Team Member Email', 'Assigned To Email'),
  slot(
    'created',
    'Add Date',
    'datetime',
    'Date Added',
    'Created',
    'Created Date',
    'Create Date',
    'Date Created',
    'adddate',
  ),
  slot(
    'edited',
    'Edit Date',
    'datetime',
    'Last Edited',
    'Date Edited',
    'Modified',
    'Last Modified',
    'Updated',
    'editdate',
  ),
  slot('birthday', 'Birthday', 'text', 'Birth Date', 'Date of Birth', 'DOB'),
  slot('category', 'Category', 'text', 'Contact Category'),
  slot('category2', 'Category 2', 'text', 'Custom Category', 'Category2'),
  slot('source', 'Source', 'text', 'Lead Source', 'Contact Source'),
  slot('tags', 'Flags', 'list', 'Flag', 'Tags', 'Tag', 'Labels'),
  slot(
    'groups',
    'Groups',
    'list',
    'Group',
    'Workgroups',
    'Workgroup',
    'ClientTouch',
    'ClientTouch Groups',
  ),
  slot('memo', 'Memo', 'longtext', 'Notes', 'Background', 'Comments', 'Contact Memo'),
  slot('other_system_id', 'Other System ID', 'text', 'othersystemid', 'External ID'),
  slot(
    'person2_first_name',
    'Other First Name',
    'text',
    'Spouse First Name',
    '2nd First Name',
    'Second First Name',
    'otherfirstname',
  ),
  slot(
    'person2_last_name',
    'Other Last Name',
    'text',
    'Spouse Last Name',
    '2nd Last Name',
    'Second Last Name',
    'otherlastname',
  ),
  slot(
    'person2_birthday',
    'Other Birthday',
    'text',
    'Spouse Birthday',
    '2nd Birthday',
    'otherbirthday',
  ),
  slot('inactive', 'Inactive', 'boolean', 'Is Inactive', 'Archived'),
  slot('opt_in', 'Email Opt In Status', 'text', 'Opt In Status', 'Opt In', 'Email Status'),
];

const NOTE: readonly Slot[] = [
  slot(
    'record_id',
    'Contact ID',
    'key',
    'Record ID',
    'contactid',
    'Contact Record ID',
    'Contact Number',
    'Id',
  ),
  slot('note_id', 'Note ID', 'key', 'noteid'),
  slot('first_name', 'First Name', 'text', 'First'),
  slot('last_name', 'Last Name', 'text', 'Last'),
  slot('full_name', 'Full Name', 'text', 'Name', 'Contact Name', 'Contact'),
  slot('email', 'Email', 'email', 'E-mail', 'Email Address', 'Contact Email'),
  slot('date', 'Date', 'datetime', 'Note Date', 'Created', 'Date Added', 'Add Date', 'Timestamp'),
  slot(
    'body',
    'Note',
    'longtext',
    'Note Content',
    'Notes',
    'Text',
    'Body',
    'Content',
    'notecontent',
  ),
  slot('author', 'Team Member', 'text', 'Author', 'Created By', 'User', 'Entered By', 'Added By'),
  slot('pinned', 'Pinned', 'boolean', 'Pin', 'Is Pinned'),
];

const USER: readonly Slot[] = [
  slot('user_id', 'Team Member ID', 'key', 'User ID', 'teammemberid', 'Id'),
  slot('name', 'Name', 'text', 'Full Name', 'Display Name', 'Team Member', 'display_fullname'),
  slot('first_name', 'First Name', 'text', 'First'),
  slot('last_name', 'Last Name', 'text', 'Last'),
  slot('email', 'Email', 'email', 'E-mail', 'Email Address'),
  slot('login', 'Login', 'text', 'Username'),
  slot('active', 'Active', 'boolean', 'Is Active', 'Status', 'Enabled'),
  slot('role', 'User Level', 'text', 'Role', 'user_level'),
];

const GROUP: readonly Slot[] = [
  slot('name', 'Group Name', 'text', 'Name', 'Group', 'Workgroup'),
  slot('description', 'Description', 'text', 'Details'),
  slot('members', 'Members', 'integer', 'Contacts', 'Count', 'Size'),
];

export const ALLCLIENTS: SourceDeclaration = {
  id: 'allclients',
  name: 'AllClients',
  fieldPrefix: 'x_allclients_',
  timeZone: 'America/Chicago',
  country: 'US',
  objects: [
    { name: 'user', label: 'User', plural: 'users', shape: 'user', slots: USER },
    { name: 'group', label: 'Group', plural: 'groups', shape: 'group', slots: GROUP },
    { name: 'contact', label: 'Contact', plural: 'contacts', shape: 'partner', slots: CONTACT },
    {
      name: 'note',
      label: 'Note',
      plural: 'notes',
      shape: 'message',
      slots: NOTE,
      parent: 'contact',
    },
  ],
  traps: [
    'An account at its contact limit may leave contacts out of its export: compare the count with what AllClients shows.',
    'Notes are in a file of their own; without it no note moves.',
    'Attachments, workflows and landing pages are not in an export.',
    'Dates are US dates on a US Central clock unless your account is set otherwise (choices.timeZone in mapping.yaml).',
    'AllClients reformats phone numbers; foreign ones may be damaged at the source.',
    'Closing the AllClients account deletes everything at once: verify before you cancel.',
  ],
};

/** A case, and what AgileCase keeps in tables of their own beside it: parties, custom values, labels, audit trail. */
import type { Slot } from '../source.ts';
import {
  active,
  caseRef,
  contactRef,
  id,
  inactive,
  originalCreate,
  sequence,
  slot,
} from './slots.ts';

/** What is no slot (practice area, fee type, partner …) becomes a field of its own, named after its header. */
export const CASE: readonly Slot[] = [
  id('deal_id', 'Case ID', 'Matter ID'),
  slot(
    'number',
    'Case Number',
    'text',
    'Number, Case No, Case Ref, Matter No, Matter Ref, File Ref, Our Ref, Reference, Case Reference',
  ),
  slot(
    'name',
    'Title',
    'text',
    'Case Title, Case Name, Matter Name, Name, Subject, Short Description',
  ),
  slot('details', 'Description', 'longtext', 'Case Details, Case Description, Summary'),
  slot(
    'contact',
    'Client',
    'key',
    'Client ID, Client.id, Client Name, Customer, Primary Client, Instructing Client, Contact, Contact ID, Client Code',
  ),
  slot(
    'owner',
    'Fee Earner',
    'text',
    'Handler, Case Handler, Owner, Assigned To, Case Owner, Manager, Case Manager, Owner.email, Owner Email',
  ),
  slot('status', 'Status', 'text', 'Case Status, State'),
  slot('stage', 'Stage', 'text', 'Workflow Stage, Step, Workflow Step, Case Stage'),
  slot('amount', 'Fee Amount', 'float', 'Fee, Value, Estimated Value, Expected Revenue, Amount'),
  slot('probability', 'Probability', 'float', 'Likelihood, Chance'),
  slot('opened', 'Opened On', 'date', 'Date Opened, Open Date, Opened, Instruction Date'),
  slot(
    'expected_close',
    'Planned Completion On',
    'date',
    'Planned Completion, Planned Completion Date, Target Date, Expected Completion',
  ),
  slot('actual_close', 'Closed On', 'date', 'Date Closed, Close Date, Closed'),
  slot('tags', 'Labels', 'list', 'Label, Tags, Tag, Categories, Category, System Labels'),
  slot('former_numbers', '(former numbers)', 'text'),
  slot('related', '(parties)', 'longtext'),
  slot('audit_history', '(audit history)', 'longtext'),
  originalCreate,
  active,
  inactive,
];

export const CASE_CONTACT: readonly Slot[] = [
  caseRef,
  contactRef,
  slot('role', 'Role', 'text', 'Relationship, Contact Type, Capacity, Description'),
  slot('is_client', 'Is Client', 'boolean', 'Client?'),
  slot('is_joint_client', 'Is Joint Client', 'boolean', 'Joint Client'),
];

export const CUSTOM_FIELD: readonly Slot[] = [
  id('field_key', 'Field Key', 'Field ID, Field Name'),
  slot('label', 'Label', 'text', 'Field Label, Caption, Name'),
  slot('scope', 'Scope', 'text', 'Applies To, Entity'),
  slot('field_type', 'Type', 'text', 'Field Type, Data Type'),
  slot('case_type', 'Case Type', 'text'),
  slot('role', 'Role', 'text', 'Relationship'),
  slot('label_name', 'Label Name', 'text'),
  slot('field_group', 'Group', 'text', 'Field Group, Section'),
  slot('tab', 'Tab', 'text'),
  sequence,
  slot('is_table', 'Is Table', 'boolean', 'Table, Repeating'),
  slot('mandatory', 'Mandatory', 'boolean', 'Required'),
  slot('options', 'Options', 'list', 'Choices, Values'),
  slot('help', 'Help Text', 'longtext', 'Help, Hint, Tooltip'),
];

export const CUSTOM_OPTION: readonly Slot[] = [
  slot('field', 'Field', 'key', 'Field Key, Field ID, Custom Field'),
  slot('option_value', 'Value', 'text', 'Option, Option Value, Key'),
  slot('option_label', 'Label', 'text', 'Option Label, Caption'),
  sequence,
];

export const CUSTOM_VALUE: readonly Slot[] = [
  slot('owner_type', 'Owner Type', 'text', 'Entity Type, Scope, Record Type'),
  caseRef,
  contactRef,
  slot('record', 'Owner', 'key', 'Owner ID, Record, Entity ID'),
  slot('role', 'Role', 'text', 'Relationship'),
  slot('field', 'Field', 'key', 'Field Key, Field ID, Custom Field, Field Name'),
  slot('row', 'Row', 'integer', 'Row Number, Row No'),
  slot('value', 'Value', 'longtext', 'Field Value, Answer'),
];

export const LABEL: readonly Slot[] = [
  id('label_id', 'Label ID', 'Tag ID'),
  slot('name', 'Label', 'text', 'Name, Label Name, Tag, Category'),
  slot('parent_label', 'Parent', 'text', 'Parent Label, Parent ID, Parent Tag'),
  slot('scope', 'Scope', 'text', 'Applies To'),
];

export const LABEL_LINK: readonly Slot[] = [
  slot('label_ref', 'Label', 'key', 'Label ID, Tag, Tag ID, Category'),
  slot('owner_type', 'Owner Type', 'text', 'Entity Type, Record Type'),
  slot('record', 'Owner', 'key', 'Owner ID, Record, Entity ID, Record ID'),
  caseRef,
  contactRef,
];

export const AUDIT: readonly Slot[] = [
  id('audit_id', 'Audit ID', 'Event ID, Log ID'),
  slot('date', 'At', 'datetime', 'Date, Timestamp, When, Changed At, Time'),
  slot('actor', 'User', 'text', 'Changed By, Who, By, Actor, Author'),
  slot('object_type', 'Object Type', 'text', 'Entity Type, Record Type, Table'),
  slot('record', 'Object', 'key', 'Object ID, Record, Record ID, Entity ID'),
  caseRef,
  slot('action', 'Action', 'text', 'Event, Operation'),
  slot('changed_field', 'Field', 'text', 'Field Name, Attribute, Property, Column'),
  slot('old_value', 'Old', 'longtext', 'Old Value, Before, From'),
  slot('new_value', 'New', 'longtext', 'New Value, After, To'),
  slot('ip', 'IP', 'text', 'IP Address'),
];

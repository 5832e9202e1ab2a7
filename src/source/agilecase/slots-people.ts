/** Users, groups and contacts of AgileCase. */
import type { Slot } from '../source.ts';
import { active, created, edited, id, slot } from './slots.ts';

export const USER: readonly Slot[] = [
  id('user_id', 'User ID', 'Staff ID, Fee Earner ID'),
  slot(
    'name',
    'Name',
    'text',
    'Full Name, Display Name, User, User Name, Fee Earner, Staff Member',
  ),
  slot('first_name', 'First Name', 'text', 'Forename, Given Name'),
  slot('last_name', 'Last Name', 'text', 'Surname, Family Name'),
  slot('email', 'Email', 'email', 'E-mail, Email Address, Login Email'),
  slot('login', 'Login', 'text', 'Username'),
  slot('active', 'Active', 'boolean', 'Is Active, Enabled'),
  slot('role', 'System Role', 'text', 'Role, User Role'),
  slot('is_admin', 'Is Admin', 'boolean', 'Administrator, Admin'),
  slot('registered', 'Registered On', 'date', 'Registration Date, Registered'),
];

export const GROUP: readonly Slot[] = [
  id('group_id', 'Group ID', 'Team ID'),
  slot('name', 'Group Name', 'text', 'Name, Group, Team, Team Name'),
  slot('case_types', 'Case Types', 'list'),
];

export const CONTACT: readonly Slot[] = [
  id('record_id', 'Contact ID', 'Client ID, Party ID'),
  slot('code', 'Client Code', 'text', 'Code, Client Number, Client No, Account Code, Contact Ref'),
  slot('kind', 'Kind', 'text', 'Contact Kind, Type, Contact Type, Person or Company'),
  slot('title', 'Title', 'text', 'Salutation, Courtesy Title'),
  slot('first_name', 'First Name', 'text', 'Forename, First, Given Name, Forenames'),
  slot('last_name', 'Last Name', 'text', 'Surname, Last, Family Name'),
  slot('full_name', 'Full Name', 'text', 'Name, Display Name, Contact Name, Client Name'),
  slot(
    'company',
    'Company',
    'text',
    'Company Name, Organisation, Organization, Business Name, Employer',
  ),
  slot('job_title', 'Job Title', 'text', 'Position, Occupation'),
  slot('email', 'Email', 'email', 'E-mail, Email Address, Email 1, Primary Email'),
  slot('other_email', 'Email 2', 'email', 'Second Email, Other Email, Secondary Email'),
  slot('phone1', 'Phone', 'phone', 'Telephone, Phone Number, Phone 1, Tel, Home Phone, Landline'),
  slot('phone2', 'Mobile', 'phone', 'Mobile Phone, Phone 2, Cell'),
  slot('phone3', 'Phone 3', 'phone', 'Work Phone, Business Phone'),
  slot('phone4', 'Phone 4', 'phone', 'Other Phone'),
  slot('fax', 'Fax', 'phone', 'Fax Number'),
  slot('website', 'Website', 'text', 'Web, Web Site, URL'),
  slot('street', 'Address Line 1', 'text', 'Address, Address 1, Street, Address1'),
  slot('street2', 'Address Line 2', 'text', 'Address 2, Address2'),
  slot('city', 'Town', 'text', 'City, Town/City, Post Town'),
  slot('state', 'County', 'text', 'State, Region'),
  slot('zip', 'Postcode', 'text', 'Post Code, Postal Code, Zip'),
  slot('country', 'Country', 'text'),
  slot('birthday', 'Date of Birth', 'text', 'DOB, Birthday, Birth Date'),
  slot('tags', 'Labels', 'list', 'Label, Tags, Tag, Categories'),
  slot('audit_history', '(audit history)', 'longtext'),
  slot('memo', 'Notes', 'longtext', 'Memo, Comments, Background'),
  slot('owner', 'Owner', 'text', 'Assigned To, Fee Earner, Account Manager'),
  slot('source', 'Source', 'text', 'Referrer'),
  active,
  slot('inactive', 'Inactive', 'boolean', 'Is Inactive, Archived, Deleted, Recovery Bin'),
  created,
  edited,
];

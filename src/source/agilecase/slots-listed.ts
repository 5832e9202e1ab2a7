/** What is written down and moves nothing: time and money, access to the portal, plans, links. */
import type { Slot } from '../source.ts';
import { active, caseRef, contactRef, id, inactive, sequence, slot } from './slots.ts';

const tax = slot('tax', 'Tax', 'text', 'VAT, Tax Rate');
const bill = slot('bill', 'Bill', 'key', 'Invoice, Bill ID, Bill No');

export const TIME_ENTRY: readonly Slot[] = [
  id('time_id', 'Time Entry ID'),
  caseRef,
  slot('date', 'Date', 'date', 'Entry Date'),
  slot('duration', 'Duration', 'text', 'Hours, Time, Units, Minutes'),
  slot('description', 'Description', 'longtext', 'Narrative'),
  slot('rate_name', 'Rate Name', 'text', 'Billing Rate'),
  slot('rate', 'Rate', 'float', 'Hourly Rate'),
  slot('amount', 'Amount', 'float', 'Value'),
  tax,
  slot('user', 'User', 'text', 'Fee Earner, By'),
  bill,
  active,
  inactive,
];

export const EXPENSE: readonly Slot[] = [
  id('expense_id', 'Expense ID'),
  caseRef,
  slot('date', 'Date', 'date', 'Expense Date'),
  slot('description', 'Description', 'longtext', 'Details'),
  slot('user', 'User', 'text', 'By'),
  slot('expense_amount', 'Amount', 'float', 'Value, Net, Cost, Disbursement'),
  tax,
  bill,
];

export const BILL: readonly Slot[] = [
  id('bill_id', 'Bill ID', 'Bill Number, Bill No, Invoice No, Invoice Number'),
  slot('customer', 'Customer', 'key', 'Client, Contact'),
  slot('cases', 'Cases', 'list', 'Case, Matters'),
  slot('issued', 'Issued On', 'date', 'Bill Date, Invoice Date, Date'),
  slot('due', 'Due On', 'date', 'Due Date'),
  slot('net', 'Net', 'float', 'Net Amount'),
  slot('tax_amount', 'Tax', 'float', 'VAT'),
  slot('gross', 'Gross', 'float', 'Total, Gross Amount'),
  slot('paid', 'Paid', 'float', 'Amount Paid'),
  slot('balance', 'Balance', 'float', 'Outstanding'),
  slot('status', 'Status', 'text'),
];

export const BILL_LINE: readonly Slot[] = [
  slot('bill', 'Bill', 'key', 'Bill ID, Invoice'),
  caseRef,
  slot('line_kind', 'Kind', 'text', 'Line Type'),
  slot('description', 'Description', 'longtext'),
  slot('quantity', 'Quantity', 'float', 'Qty'),
  slot('unit_price', 'Unit Price', 'float', 'Price'),
  slot('tax', 'Tax', 'text', 'VAT'),
  slot('line_amount', 'Amount', 'float', 'Line Total'),
];

export const PAYMENT: readonly Slot[] = [
  id('payment_id', 'Payment ID'),
  slot('bill', 'Bill', 'key', 'Bill ID, Invoice'),
  slot('date', 'At', 'date', 'Date, Payment Date, Paid On'),
  slot('payment_amount', 'Amount', 'float', 'Amount Paid'),
  slot('payment_source', 'Source', 'text', 'Method'),
  slot('destination_account', 'Destination Account', 'text', 'Account'),
  slot('payment_note', 'Note', 'text', 'Reference'),
];

export const PORTAL: readonly Slot[] = [
  contactRef,
  slot('email', 'Email', 'email', 'Portal Email, Login'),
  caseRef,
  slot('portal_state', 'State', 'text', 'Status, Access, Portal State'),
];

export const MILESTONE_TEMPLATE: readonly Slot[] = [
  id('milestone_id', 'Milestone ID'),
  slot('plan', 'Plan', 'key', 'Case Plan'),
  slot('milestone_title', 'Title', 'text', 'Milestone'),
  slot('milestone_parent', 'Parent', 'key', 'Parent Milestone'),
  slot('ring', '(ring)', 'text'),
  slot('days_difference', 'Days Difference', 'integer', 'Days, Offset'),
  slot('mandatory', 'Mandatory', 'boolean'),
  sequence,
];

export const CASE_LINK: readonly Slot[] = [
  slot('from_case', 'From Case', 'key', 'From, From Item, From Work Item'),
  slot('to_case', 'To Case', 'key', 'To, To Item, To Work Item'),
  slot('relation', 'Relation', 'text', 'Relationship, Link Name, Link'),
];

export const CONTACT_LINK: readonly Slot[] = [
  slot('from_contact', 'From Contact', 'key'),
  slot('to_contact', 'To Contact', 'key'),
  slot('relation', 'Relation', 'text', 'Relationship'),
];

/** Time, expenses, bills and payments. */
import { caseId, clientOf, contactId, table } from './making.ts';
import { FIRM_USERS } from './names.ts';
import type { FirmCell, FirmOptions, FirmTable } from './types.ts';

export function moneyTables(options: FirmOptions): FirmTable[] {
  const n = Math.ceil(options.cases / 4);
  const time = Array.from({ length: n }, (_, index): FirmCell[] => [
    `t${index}`,
    caseId(index),
    { day: '2024-01-15' },
    '01:30',
    'Site visit',
    'Partner',
    '185.00',
    'VAT 20%',
    FIRM_USERS[0].name,
    index < 20 ? `B${index}` : '',
  ]);
  const expenses = Array.from({ length: n }, (_, index): FirmCell[] => [
    `x${index}`,
    caseId(index),
    { day: '2024-01-16' },
    'Train',
    FIRM_USERS[1].name,
    '42.10',
    'No VAT',
    '',
  ]);
  const bills = Array.from({ length: Math.min(20, n) }, (_, index): FirmCell[] => [
    `B${index}`,
    contactId(clientOf(options, index)),
    caseId(index),
    { day: '2024-01-31' },
    { day: '2024-03-01' },
    '277.50',
    '55.50',
    '333.00',
    '133.00',
    '200.00',
    'Sent',
  ]);
  const payments = bills.map((bill, index): FirmCell[] => [
    `p${index}`,
    bill[0] ?? '',
    { day: '2024-02-12' },
    '133.00',
    'Bank transfer',
    'Office account',
    '1st instalment',
  ]);
  return [
    table('time_entries', 'id case date duration description rate_name rate tax user bill', time),
    table('expenses', 'id case date description user amount tax bill', expenses),
    table('bills', 'id customer cases issued_on due_on net tax gross paid balance status', bills),
    table('payments', 'id bill at amount source destination_account note', payments),
  ];
}

/** Users, contacts, who is what in a case, and who may look into the portal. */
import { at, caseId, clientOf, contactId, letters, randomOf, records, table } from './making.ts';
import { FIRM_USERS, FIRST, LAST, ROLES, TOWNS } from './names.ts';
import type { FirmCell, FirmOptions, FirmTable } from './types.ts';

export const usersTable = (): FirmTable =>
  table(
    'users',
    'id name email is_admin system_role registered_on active',
    FIRM_USERS.map((user) => [
      user.id,
      user.name,
      user.email,
      user.admin,
      'Basic user',
      { day: '2019-02-04' },
      user.active,
    ]),
  );

export function contactsTable(options: FirmOptions): FirmTable {
  const rows = Array.from({ length: options.contacts }, (_, index): FirmCell[] => {
    // Every 50th is the contact before it once more, under another id.
    const made = index % 50 === 49 ? index - 1 : index;
    const random = randomOf(options, 1, made);
    const company = made % 6 === 5;
    const first = random.pick(FIRST);
    const last = `${random.pick(LAST)} ${letters(made)}`;
    const email = random.chance(0.15) ? '' : `contact${made}@example${made % 5}.org`;
    const phone = `0${String(1_473_200_000 + made)}`;
    const town = random.pick(TOWNS);
    return [
      contactId(index),
      company ? 'company' : 'person',
      `${last.slice(0, 4).toUpperCase()}${String(index).padStart(3, '0')}`,
      company ? '' : random.pick(['Mr', 'Ms', 'Dr']),
      company ? '' : first,
      company ? '' : last,
      company ? `${last} & Sons Ltd` : '',
      email,
      phone,
      `${1 + random.int(200)} High St`,
      town,
      'IP1 1AA',
      'GB',
      random.chance(0.2) ? 'VIP' : '',
      at(random),
      at(random, 2024),
      index % 40 !== 7,
    ];
  });
  return table(
    'contacts',
    'id kind code title first_name last_name company email phone address_line1 town postcode country labels created_at updated_at active',
    rows,
  );
}

export function partiesTable(options: FirmOptions): FirmTable {
  const rows = records(options, 4, options.cases, (random, index): FirmCell[][] => {
    const others = Array.from({ length: 1 + random.int(3) }, (): FirmCell[] => [
      caseId(index),
      contactId(random.int(options.contacts)),
      random.pick(ROLES),
      false,
      false,
    ]);
    return [[caseId(index), contactId(clientOf(options, index)), 'Client', true, false], ...others];
  });
  return table('case_contacts', 'case contact role is_client is_joint_client', rows.flat());
}

export function portalTable(options: FirmOptions): FirmTable {
  const rows = Array.from({ length: Math.ceil(options.cases / 8) }, (_, index): FirmCell[] => [
    contactId(clientOf(options, index)),
    caseId(index),
    index % 3 === 0 ? 'invited' : 'registered',
  ]);
  return table('portal_access', 'contact case state', rows);
}

/** The account's lists: categories, sources, flags, team members, labels, the opt-in state of every address. */
import { WaybillError } from '../../../core/errors.ts';
import { TEST_FUNCTION } from './client.ts';
import { askOnto, newSheet, required, type Reading } from './reading.ts';
import { rowsOf, textOf, type Branch } from './tree.ts';

export interface Settings {
  /** id -> name. */
  readonly categories: ReadonlyMap<string, string>;
  readonly categories2: ReadonlyMap<string, string>;
  readonly sources: ReadonlyMap<string, string>;
  readonly flags: ReadonlyMap<string, string>;
  readonly members: ReadonlyMap<string, string>;
  /** `custom1` -> the label people see. */
  readonly labels: ReadonlyMap<string, string>;
  /** Address in lower case -> status as AllClients words it. */
  readonly optIns: ReadonlyMap<string, string>;
}

/** The first call of every extraction: cheap, and wrong credentials show. Throws WB_SOURCE_LOGIN, _ACCOUNT, _NOT_API. */
export async function testConnection(reading: Reading, account: string): Promise<Branch> {
  const tree = required(
    await reading.ask(TEST_FUNCTION, {}),
    `GetCategories gives no list; this address does not seem to be the API of AllClients. ${reading.notices().join(' ')}`,
    'Look at source.api.url in waybill.yaml: the host of your AllClients or white label, with the path of its API if that is not /api/2.',
  );
  const owner = textOf(tree, 'accountid');
  if (owner === '' || owner === account) return tree;
  throw new WaybillError(
    'WB_SOURCE_ACCOUNT',
    `The key opens account ${owner}, and waybill.yaml names account ${account}.`,
    { next: 'Correct source.api.account in waybill.yaml, or take the key of that account.' },
  );
}

export async function readSettings(reading: Reading, account: string): Promise<Settings> {
  const categories = await testConnection(reading, account);
  const list = async (name: string, record: string, id: string): Promise<Map<string, string>> =>
    named(await reading.ask(name, {}), record, id);
  return {
    categories: named(categories, 'category', 'categoryid'),
    categories2: await list('GetCategory2', 'category2', 'categoryid'),
    sources: await list('GetSources', 'source', 'sourceid'),
    flags: await list('GetFlags', 'flag', 'flagid'),
    members: await readMembers(reading),
    labels: labelsIn(await reading.ask('GetCustomFields', {})),
    optIns: await readOptIns(reading),
  };
}

/** `<idName>` or `id`; `name`, or `<record>name` as an integrator reads it. */
function named(tree: Branch | undefined, record: string, idName: string): Map<string, string> {
  const rows = tree ? rowsOf(tree, record) : [];
  return new Map(
    rows
      .map((row): [string, string] => [
        (row[idName] ?? row['id'] ?? '').trim(),
        (row['name'] ?? row[`${record}name`] ?? '').trim(),
      ])
      .filter(([id, name]) => id !== '' && name !== ''),
  );
}

export const MEMBERS = 'api:GetTeamMembers';

async function readMembers(reading: Reading): Promise<Map<string, string>> {
  const sheet = newSheet({
    object: 'user',
    path: MEMBERS,
    ids: ['teammemberid'],
    rows: (tree) => rowsOf(tree, 'teammember'),
  });
  const rows = await askOnto(reading, sheet, 'GetTeamMembers', {});
  if (rows && rows.length > 0) reading.sheets.push(sheet);
  else if (Object.keys(reading.address.users).length === 0)
    reading.notice(
      'The team members cannot be read with this key: owners are known by their number only. Name them in waybill.yaml, source.api.users, like  "3": sam@example.com',
    );
  return new Map([
    ...(rows ?? []).map((row): [string, string] => [
      row['teammemberid'] ?? '',
      row['display_fullname'] ?? row['email'] ?? '',
    ]),
    ...Object.entries(reading.address.users),
  ]);
}

/** Which function gives the labels is not published; where one answers, any record that names a slot and a label will do. */
function labelsIn(tree: Branch | undefined): Map<string, string> {
  const labels = new Map<string, string>();
  const taken = new Set<string>();
  for (const row of tree ? rowsOf(tree, 'customfield', 'field') : []) {
    const slot = Object.values(row).find((value) => /^custom[a-z]*\d+$/i.test(value.trim()));
    const label = (row['label'] ?? row['name'] ?? row['caption'] ?? '').trim();
    // A label that could be an element would overwrite it.
    if (slot === undefined || label === '' || /^[a-z0-9]+$/.test(label)) continue;
    const unique = taken.has(label) ? `${label} (${slot})` : label;
    taken.add(unique);
    labels.set(slot.trim().toLowerCase(), unique);
  }
  return labels;
}

/** The name of a team member, or the number where nobody tells the name. */
export const ownerName = (
  id: string | undefined,
  { members }: Pick<Settings, 'members'>,
): string => (id === undefined ? '' : (members.get(id.trim()) ?? id.trim()));

async function readOptIns(reading: Reading): Promise<Map<string, string>> {
  const sheet = newSheet({
    object: 'optout',
    path: 'api:GetOptInStatusList',
    ids: ['address'],
    rows: (tree) => rowsOf(tree, 'email'),
  });
  const rows = await askOnto(reading, sheet, 'GetOptInStatusList', {});
  if (rows && rows.length > 0) reading.sheets.push(sheet);
  return new Map(
    (rows ?? []).map((row) => [(row['address'] ?? '').trim().toLowerCase(), row['status'] ?? '']),
  );
}

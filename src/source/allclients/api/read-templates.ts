/** Templates, automations and landing pages: what their ids lead to, since few of them are listed anywhere. */
import { askOnto, newSheet, reject, type Reading, type Sheet } from './reading.ts';
import { branchesOf, flatten, isLeaf, rowsOf, type Branch, type Row } from './tree.ts';

export async function readTodoPlans(reading: Reading): Promise<Sheet> {
  const sheet = newSheet({
    object: 'workflow',
    path: 'api:GetToDoPlans',
    ids: ['id'],
    rows: (tree) => branchesOf(tree, ['todoplan']).map((plan) => withSteps(plan, 'to-do plan')),
  });
  await askOnto(reading, sheet, 'GetToDoPlans', {});
  if (sheet.parts.length > 0) reading.sheets.push(sheet);
  return sheet;
}

/** Steps are kept whole, as JSON: an inventory needs their order and every detail. */
export function withSteps(branch: Branch, kind: string): Row {
  const row: Record<string, string> = { kind };
  for (const [name, value] of Object.entries(flatten(branch)))
    if (!name.startsWith('steps.')) row[name] = value;
  row['steps'] = JSON.stringify(branchesOf(branch, ['step']).map(flatten));
  return row;
}

/** Letter templates that a to-do or a plan names; there is no list of them. */
export async function readLetters(reading: Reading, ids: ReadonlySet<string>): Promise<void> {
  const sheet = newSheet({
    object: 'template',
    path: 'api:GetLetterTemplate',
    ids: ['id'],
    rows: (tree) => rowsOf(tree, 'lettertemplate', 'lettertemplates'),
    refine: (row) => ({ ...row, kind: 'letter' }),
  });
  reading.sheets.push(sheet);
  for (const id of ids)
    await askOnto(reading, sheet, 'GetLetterTemplate', { teammemberid: -1, id });
}

export async function readAutomations(reading: Reading): Promise<void> {
  const workflows = newSheet({
    object: 'workflow',
    path: 'api:GetActionSet',
    rows: (tree) => branchesOf(tree, ['actionset']).map((one) => withSteps(one, 'workflow')),
  });
  for (const id of reading.address.workflows)
    await askOnto(reading, workflows, 'GetActionSet', { actionsetid: id }, { id });
  const responders = newSheet({
    object: 'campaign',
    path: 'api:GetAutoresponder',
    ids: ['id'],
    rows: (tree) =>
      branchesOf(tree, ['autoresponder']).map((one) => withSteps(one, 'autoresponder')),
  });
  for (const one of reading.address.autoresponders)
    await askOnto(
      reading,
      responders,
      'GetAutoresponder',
      /^\d+$/.test(one) ? { autoresponderid: one } : { autorespondername: one },
    );
  for (const sheet of [workflows, responders])
    if (sheet.parts.length > 0) reading.sheets.push(sheet);
  if (reading.address.workflows.length === 0)
    reading.notice(
      'AllClients lists no workflows and autoresponders to a program. Name those that matter by their number in waybill.yaml (source.api.workflows, source.api.autoresponders) to have their steps in the inventory.',
    );
}

/** Folders, the forms in each, and of each form its fields and its page. */
export async function readWebForms(reading: Reading): Promise<void> {
  const folders = await reading.ask('GetWebFormFolders', {});
  if (!folders) return;
  const more = new Map<string, Row>();
  const sheet = newSheet({
    object: 'landingpage',
    path: 'api:GetWebForms',
    ids: ['webformid', 'id'],
    rows: (tree) => rowsOf(tree, 'webform'),
    refine: (row) => ({ ...more.get(formId(row)), ...row }),
  });
  reading.sheets.push(sheet);
  for (const folder of new Set(['\\', ...foldersIn(folders)]))
    for (const form of (await askOnto(reading, sheet, 'GetWebForms', { folder }, { folder })) ?? [])
      more.set(formId(form), await readWebForm(reading, sheet, formId(form)));
}

const formId = (row: Row): string => row['webformid'] ?? row['id'] ?? '';

const foldersIn = (tree: Branch): string[] =>
  [
    ...leavesNamed(tree, 'folder'),
    ...rowsOf(tree, 'folder').map((row) => row['name'] ?? ''),
  ].filter((name) => name !== '');

const leavesNamed = (tree: Branch, name: string): string[] =>
  tree.children.flatMap((child) =>
    isLeaf(child) && child.name === name ? [child.text.trim()] : leavesNamed(child, name),
  );

async function readWebForm(reading: Reading, sheet: Sheet, id: string): Promise<Row> {
  const details = await reading.ask('GetWebFormDetails', { webformid: id });
  const page = await reading.outcome('GetWebFormHTML', { webformid: id });
  if (page.kind !== 'page' && page.kind !== 'absent')
    reject(sheet, 'WB_SOURCE_CALL', `The page of landing page ${id} cannot be read.`, id);
  return {
    ...(details && rowsOf(details, 'webform', 'results')[0]),
    ...(page.kind === 'page' && { html: page.html }),
  };
}

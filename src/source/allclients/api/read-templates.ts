/** Templates, automations and landing pages: what their ids lead to, since few of them are listed anywhere. */
import { askOnto, newSheet, reject, type Reading, type Sheet } from './reading.ts';
import { branchesOf, flatten, isLeaf, rowsOf, type Branch, type Row } from './tree.ts';

export async function readTodoPlans(reading: Reading): Promise<Sheet> {
  const sheet = newSheet({
    object: 'workflow',
    path: 'api:GetToDoPlans',
    rows: (tree) => branchesOf(tree, ['todoplan']).flatMap((plan) => stepRows(plan, 'to-do plan')),
  });
  await askOnto(reading, sheet, 'GetToDoPlans', {});
  if (sheet.parts.length > 0) reading.sheets.push(sheet);
  return sheet;
}

/** A row per step, with what stands above the steps in each; one that has no steps is one row. */
function stepRows(branch: Branch, kind: string): Row[] {
  const { id = '', name = '', ...above } = flatten(branch);
  const common = {
    ...(id !== '' && { workflowid: id }),
    name,
    kind,
    ...(above['stats.currentcontacts'] && { currentcontacts: above['stats.currentcontacts'] }),
  };
  const steps = branchesOf(branch, ['step']).map(flatten);
  if (steps.length === 0) return [common];
  return steps.map((step, index) => ({ ...common, step: String(index + 1), ...stepWords(step) }));
}

const UNITS: Readonly<Record<string, string>> = { D: 'day', W: 'week', M: 'month', Y: 'year' };

/** Action and delay as words; whatever else the step says is listed, so that nothing of it is lost. */
function stepWords({ type, summary, linkeddescription, verbose, ...step }: Row): Row {
  const { category, daysfromstart, increment, period, timeincrement, incrementunits, ...rest } =
    step;
  const unit = UNITS[increment ?? timeincrement ?? ''];
  const count = period ?? incrementunits ?? '';
  const more = Object.entries(rest).map(([name, value]) => `${name}: ${value}`);
  return {
    action: type ?? category ?? 'e-mail',
    linkeddescription: linkeddescription ?? summary ?? rest['emailtemplatename'] ?? '',
    delay: daysfromstart
      ? `${daysfromstart} day(s) from the start`
      : unit && count
        ? `${count} ${unit}(s)`
        : '',
    verbose: [verbose, ...more].filter(Boolean).join('\n'),
  };
}

/** Letter templates that a to-do or a plan names; there is no list of them. */
export async function readLetters(reading: Reading, ids: ReadonlySet<string>): Promise<void> {
  const sheet = newSheet({
    object: 'template',
    path: 'api:GetLetterTemplate',
    ids: ['id'],
    rows: (tree) => rowsOf(tree, 'lettertemplate', 'lettertemplates'),
    refine: ({ description, ...row }) => ({
      ...row,
      folder: ['Letters', description].filter(Boolean).join(': '),
    }),
  });
  reading.sheets.push(sheet);
  for (const id of ids)
    await askOnto(reading, sheet, 'GetLetterTemplate', { teammemberid: -1, id });
}

export async function readAutomations(reading: Reading): Promise<void> {
  const { workflows, autoresponders } = reading.address;
  const actions = stepSheet('api:GetActionSet', 'actionset', 'workflow');
  for (const id of workflows)
    await askOnto(reading, actions, 'GetActionSet', { actionsetid: id }, { workflowid: id });
  const responders = stepSheet('api:GetAutoresponder', 'autoresponder', 'autoresponder');
  for (const one of autoresponders)
    await askOnto(
      reading,
      responders,
      'GetAutoresponder',
      /^\d+$/.test(one) ? { autoresponderid: one } : { autorespondername: one },
    );
  for (const sheet of [actions, responders]) if (sheet.parts.length > 0) reading.sheets.push(sheet);
  if (workflows.length === 0)
    reading.notice(
      'AllClients lists no workflows and autoresponders to a program. Name those that matter by their number in waybill.yaml (source.api.workflows, source.api.autoresponders) to have their steps in the inventory.',
    );
}

const stepSheet = (path: string, record: string, kind: string): Sheet =>
  newSheet({
    object: 'workflow',
    path,
    rows: (tree) => branchesOf(tree, [record]).flatMap((one) => stepRows(one, kind)),
  });

/** Folders, the forms in each, and of each form its fields and its page. */
export async function readWebForms(reading: Reading): Promise<void> {
  const folders = await reading.ask('GetWebFormFolders', {});
  if (!folders) return;
  const more = new Map<string, Row>();
  const sheet = newSheet({
    object: 'webform',
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
  const {
    webformid: _id,
    name: _name,
    accountid: _account,
    ...more
  } = details ? (rowsOf(details, 'webform', 'results')[0] ?? {}) : {};
  return {
    fields: Object.entries(more)
      .map(([name, value]) => `${name}: ${value}`)
      .join('\n'),
    ...(page.kind === 'page' && { html: page.html }),
  };
}

/** What does not move and must be rebuilt, as plain data and as one HTML file that opens from disk. */
import { actionInOdoo, delayInOdoo, triggerInOdoo, type Equivalent } from './automation.ts';
import { escape, plainPage, table } from './parts.ts';
import { workbook, type Sheet } from './workbook.ts';

export interface WorkflowStep {
  readonly order: string;
  readonly condition: string;
  readonly branch: string;
  readonly action: string;
  readonly target: string;
  readonly delay: string;
  readonly details: string;
  readonly place: string;
}

export interface Workflow {
  readonly name: string;
  readonly kind: string;
  readonly trigger: string;
  readonly enrolled: string;
  readonly steps: readonly WorkflowStep[];
}

/** Anything else that is only written down: a column per slot, a row per record. */
export interface InventoryTable {
  readonly object: string;
  readonly title: string;
  readonly note: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface Inventory {
  readonly project: string;
  readonly source: string;
  readonly at: string;
  readonly workflows: readonly Workflow[];
  readonly tables: readonly InventoryTable[];
}

export const inventoryJson = (inventory: Inventory): string =>
  `${JSON.stringify({ ...inventory, workflows: inventory.workflows.map(withEquivalents) }, null, 2)}\n`;

interface StepWithOdoo extends WorkflowStep {
  readonly odoo: Equivalent & { readonly delay: string };
}

const withEquivalents = (workflow: Workflow) => ({
  ...workflow,
  odooTrigger: triggerInOdoo(workflow.trigger),
  enrolledAgain: enrolment(workflow),
  steps: workflow.steps.map((step): StepWithOdoo => ({
    ...step,
    odoo: { ...actionInOdoo(step.action), delay: delayInOdoo(step.delay) },
  })),
});

/** Who is in a workflow is in no export and no answer of an API: the one thing to say is that it is not known. */
const enrolment = ({ trigger, enrolled }: Workflow): string =>
  [
    enrolled === ''
      ? 'How many contacts are in it is not known.'
      : `${enrolled} contact(s) are in it; which ones is not known.`,
    trigger === ''
      ? 'Enrol them again by hand.'
      : `Look for them by what starts it (${trigger}) and enrol them again by hand.`,
  ].join(' ');

export function inventoryHtml(inventory: Inventory): string {
  const title = `What must be rebuilt: ${inventory.project}`;
  const workflows = inventory.workflows.map(workflowHtml).join('\n');
  const tables = inventory.tables.map(tableHtml).join('\n');
  const intro = `<header><h1>${escape(title)}</h1><p class="when">From ${escape(inventory.source)}, written ${escape(inventory.at.slice(0, 19).replace('T', ' '))} UTC. Nothing on this page was moved.</p></header>`;
  const none = `<section><h2>Workflows</h2><p>The export tells of no workflow. If there are any in ${escape(inventory.source)}, write them down there.</p></section>`;
  return plainPage(title, `${intro}${workflows || none}${tables}`);
}

function workflowHtml(workflow: Workflow): string {
  const known = withEquivalents(workflow);
  const steps = table(
    `Steps of ${workflow.name}`,
    ['Step', 'If', 'Branch', 'Does', 'With', 'After', 'In Odoo', 'Possible'],
    known.steps.map((step) => [
      step.order,
      step.condition,
      step.branch,
      step.action,
      [step.target, step.details].filter(Boolean).join(' – '),
      step.delay,
      [step.odoo.odoo, step.odoo.delay].filter(Boolean).join('; '),
      step.odoo.possible,
    ]),
    'No step is known.',
  );
  const head = [
    `<p><b>Starts:</b> ${escape(workflow.trigger || 'not known')}. <b>In Odoo:</b> ${escape(known.odooTrigger.odoo)}.</p>`,
    `<p>${escape(known.enrolledAgain)}</p>`,
  ].join('');
  const kind = workflow.kind === '' ? 'Workflow' : workflow.kind;
  return `<section><h2>${escape(kind)}: ${escape(workflow.name)}</h2>${head}${steps}</section>`;
}

const STEP_HEAD = ['Workflow', 'Kind', 'Starts', 'In Odoo it starts', 'Enrolled', 'Step', 'If'];
const STEP_TAIL = ['Branch', 'Does', 'With', 'Details', 'After', 'In Odoo', 'Delay in Odoo'];

/** A sheet of every workflow's steps, and one per table. */
export const inventoryXlsx = ({ workflows, tables }: Inventory): Promise<Uint8Array> =>
  workbook([
    {
      name: 'Workflows',
      head: [...STEP_HEAD, ...STEP_TAIL, 'Possible'],
      rows: workflows.flatMap(stepRows),
    },
    ...tables.map(tableSheet),
  ]);

const stepRows = (workflow: Workflow): string[][] =>
  withEquivalents(workflow).steps.map((step) => [
    workflow.name,
    workflow.kind,
    workflow.trigger,
    triggerInOdoo(workflow.trigger).odoo,
    enrolment(workflow),
    step.order,
    step.condition,
    step.branch,
    step.action,
    step.target,
    step.details,
    step.delay,
    step.odoo.odoo,
    step.odoo.delay,
    step.odoo.possible,
  ]);

const tableSheet = ({ title, columns, rows }: InventoryTable): Sheet => ({
  name: title,
  head: columns.length > 0 ? columns : ['None'],
  rows,
});

const tableHtml = ({ title, note, columns, rows }: InventoryTable): string =>
  `<section><h2>${escape(title)}</h2><p>${escape(note)}</p>${table(title, columns, rows, 'None.')}</section>`;

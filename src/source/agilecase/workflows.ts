/** Definitions of workflows: never executed, but written down step by step for whoever rebuilds them in Odoo. */
import { text as readText } from 'node:stream/consumers';
import { z } from 'zod';
import type { BundleFile } from '../bundle.ts';
import { ringsAmong } from './rings.ts';

// The word of the format, not a promise's method.
// oxlint-disable-next-line unicorn/no-thenable
const THEN = 'then';
const text = z.coerce.string().catch('');
const ruleSchema = z.looseObject({
  when: text.optional(),
  if: text.optional(),
  stage: text.optional(),
  [THEN]: z.array(z.looseObject({ do: text.optional(), delay: text.optional() })).catch([]),
  source_text: text.optional(),
});
const workflowSchema = z.looseObject({
  name: text.optional(),
  case_type: text.optional(),
  plan: text.optional(),
  milestones: z
    .array(
      z.looseObject({
        key: text.optional(),
        title: text.optional(),
        parent: z.string().nullish(),
        days: z.number().optional(),
        mandatory: z.boolean().optional(),
      }),
    )
    .catch([]),
  steps: z.array(z.looseObject({ label: text.optional(), title: text.optional() })).catch([]),
  rules: z.array(ruleSchema).catch([]),
  scripts: z
    .array(z.looseObject({ name: text.optional(), source_text: text.optional() }))
    .catch([]),
});
type Workflow = z.infer<typeof workflowSchema>;

/** Slots of a row, in the order of the cells. */
export const WORKFLOW_SLOTS = [
  'workflow_file',
  'name',
  'kind',
  'trigger',
  'step',
  'condition',
  'branch',
  'action',
  'target',
  'delay',
  'details',
  'milestone_parent',
  'ring',
] as const;
type Row = Readonly<Partial<Record<(typeof WORKFLOW_SLOTS)[number], string>>>;

/** Names of the steps in the order in which the workflows have them. */
export async function stageOrder(files: readonly BundleFile[]): Promise<string[]> {
  const names = new Set<string>();
  for (const file of files)
    for (const one of (await parsed(file)).workflow?.steps ?? [])
      names.add(one.label || one.title || '');
  names.delete('');
  return [...names];
}

/** A row per milestone, rule action and script; a file that is no such definition is one row with its text. */
export async function workflowRows(file: BundleFile): Promise<string[][]> {
  const { workflow, raw } = await parsed(file);
  const name = workflow?.name || workflow?.case_type || baseName(file.path);
  const rows: Row[] = workflow
    ? [...milestones(workflow), ...rules(workflow), ...scripts(workflow)]
    : [];
  const all: Row[] = rows.length > 0 ? rows : [{ details: raw }];
  return all.map((row, at) =>
    WORKFLOW_SLOTS.map((slot) =>
      slot === 'workflow_file'
        ? `${file.path}#${at + 1}`
        : slot === 'name'
          ? name
          : slot === 'step'
            ? String(at + 1)
            : slot === 'ring' && row.ring
              ? `${row.ring} (${file.path})`
              : (row[slot] ?? ''),
    ),
  );
}

const baseName = (path: string): string => (path.split('/').at(-1) ?? path).replace(/\.json$/i, '');

async function parsed(file: BundleFile): Promise<{ workflow?: Workflow; raw: string }> {
  const raw = await readText(await file.open());
  try {
    const result = workflowSchema.safeParse(JSON.parse(raw));
    return result.success ? { workflow: result.data, raw } : { raw };
  } catch {
    return { raw };
  }
}

function milestones({ plan, milestones: all }: Workflow): Row[] {
  const rings = ringsAmong(
    all.map(({ key = '', title, parent }) => ({
      key,
      name: title || key,
      parent: parent ?? '',
    })),
  );
  return all.map(({ title, parent, days, mandatory, key }) => ({
    kind: 'Case plan',
    trigger: parent ? `milestone ${titleOf(all, parent)} is reached` : 'case is created',
    action: 'create task',
    target: title || key || '',
    delay: days === undefined || days === 0 ? '' : `${days} days`,
    details: [plan, mandatory === true ? 'mandatory' : ''].filter(Boolean).join(', '),
    milestone_parent: parent ?? '',
    ring: rings.get(key ?? '') ?? '',
  }));
}

const titleOf = (all: Workflow['milestones'], key: string): string =>
  all.find((one) => one.key === key)?.title || key;

const rules = (workflow: Workflow): Row[] =>
  workflow.rules.flatMap((rule) =>
    (rule[THEN].length === 0 ? [{ do: '', delay: '' }] : rule[THEN]).map((action): Row => {
      const { do: what = '', delay = '', ...more } = action;
      return {
        kind: 'Rule',
        trigger: rule.when ?? '',
        condition: rule.if ?? '',
        branch: rule.stage ?? '',
        action: what.replaceAll('_', ' '),
        target: Object.values(more).map(String).join(', '),
        delay,
        details: [`trigger: ${rule.when ?? ''}`, rule.source_text ?? JSON.stringify(rule)].join(
          '; ',
        ),
      };
    }),
  );

const scripts = ({ scripts: all }: Workflow): Row[] =>
  all.map(({ name, source_text: source }) => ({
    kind: 'Script',
    action: 'run script',
    target: name ?? '',
    details: source ?? '',
  }));

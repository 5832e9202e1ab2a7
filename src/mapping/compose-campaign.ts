/** A campaign as a tag of the pipeline, or as Odoo's own campaign. What was sent stays behind and is written down. */
import type { Values } from '../core/record.ts';
import type { Child } from './compose-child.ts';
import { leadTag } from './compose-lead.ts';
import type { Composed } from './mapping.ts';
import { singleLine } from './transforms/text.ts';

export function composeCampaign(child: Child): Composed {
  const { record, file, tools } = child;
  const name = singleLine(file.slot(record, 'name')) || `Campaign ${record.key}`;
  const ref = tools.choices.campaigns === 'tags' ? leadTag(child)(name) : campaign(child, name);
  return { planned: [], issues: [], settled: { state: 'merged', into: ref.ref } };
}

/** From 16 on the name is a technical one that Odoo makes of the title. */
function campaign({ tools }: Child, name: string) {
  const titled = 'title' in (tools.catalog.fields['utm.campaign'] ?? {});
  const values: Values = titled ? { title: name } : { name };
  return tools.shared.make('campaigns', 'utm.campaign', 'campaign', name, values);
}

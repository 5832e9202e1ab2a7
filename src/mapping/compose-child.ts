/** What hangs on a contact or a lead, or on nothing: one composer per shape. */
import type { ContactIndex } from '../core/contact.ts';
import type { Issue, StagedRecord } from '../core/record.ts';
import type { Shape, SourceDeclaration } from '../source/source.ts';
import type { CompiledFile } from './columns.ts';
import { composeAttachment } from './compose-attachment.ts';
import { composeCampaign } from './compose-campaign.ts';
import { composeEvent } from './compose-event.ts';
import { composeLead } from './compose-lead.ts';
import { composeNote } from './compose-message.ts';
import { composeOptout } from './compose-optout.ts';
import { composeTask } from './compose-task.ts';
import { composeTemplate } from './compose-template.ts';
import { ringIssue } from './asides.ts';
import type { PartnerTools } from './compose-partner.ts';
import type { Composed, Parent, Pictures } from './mapping.ts';
import type { OwnerBook } from './owner-book.ts';
import type { SharedRecords } from './shared-records.ts';

export interface ChildTools extends PartnerTools {
  readonly declaration: SourceDeclaration;
  readonly owners: OwnerBook;
  readonly shared: SharedRecords;
  readonly pictures: Pictures;
  /** Objects whose bodies are markup. */
  readonly markup: ReadonlySet<string>;
}

export interface Child {
  readonly record: StagedRecord;
  readonly file: CompiledFile;
  readonly parent: Parent | null;
  readonly contacts: ContactIndex;
  readonly tools: ChildTools;
}

type Composer = (child: Child) => Composed;

/** Moves nothing: what must be rebuilt by hand is written down (see app/inventories.ts). */
const composeInventory: Composer = ({ record, file }) => {
  const ring = file.slot(record, 'ring');
  const raw = file.slot(record, 'milestone_parent');
  const column = file.columnOf('milestone_parent');
  return {
    planned: [],
    issues: ring === '' ? [] : [ringIssue(ring, column, raw, 'is listed as it stands')],
    settled: { state: 'excluded', into: 'inventory' },
  };
};

/** Was joined to another record by the source; where that was not found, a person must look. */
const composeDetail: Composer = ({ record, file, tools }) => {
  const into = file.slot(record, 'belongs_to');
  const [object = '', key = ''] = splitOnce(into, ':');
  if (into === 'definition') return merged(into);
  if (object === 'ring') {
    const [slot = '', ring = ''] = splitOnce(key, ':');
    const raw = file.slot(record, slot);
    return merged('definition', ringIssue(ring, file.columnOf(slot), raw, UNDER_ITS_NAME));
  }
  if (object !== 'missing' && into !== '') return merged(tools.keyOf({ ...record, object, key }));
  const what = tools.declaration.objects.find((one) => one.name === record.object);
  const message = `This ${what?.label.toLowerCase() ?? record.object} belongs to no record that is in the export.`;
  const raw = record.cells.join(' | ').slice(0, RAW);
  const column = key === '' ? '' : file.columnOf(key);
  const issue = { code: 'WB_PARENT_MISSING', message, column, raw, candidates: [] } as const;
  return { planned: [], issues: [issue] };
};

const merged = (into: string, ...issues: Issue[]): Composed => ({
  planned: [],
  issues,
  settled: { state: 'merged', into },
});

const UNDER_ITS_NAME = 'is in Odoo under its own name';
const RAW = 500;
const splitOnce = (text: string, at: string): string[] => {
  const place = text.indexOf(at);
  return place === -1 ? [text] : [text.slice(0, place), text.slice(place + 1)];
};

const COMPOSERS: Readonly<Partial<Record<Shape, Composer>>> = {
  lead: composeLead,
  message: composeNote,
  task: composeTask,
  event: composeEvent,
  attachment: composeAttachment,
  optout: composeOptout,
  template: composeTemplate,
  campaign: composeCampaign,
  detail: composeDetail,
  inventory: composeInventory,
};

export function composeChild(shape: Shape, child: Child): Composed {
  const composer = COMPOSERS[shape];
  if (!composer) throw new Error(`no composer for ${shape}`);
  return composer(child);
}

/** The parts of the handoff package that are made for it: index, checklists, the first week. */
import { escape, page, table } from './parts.ts';

export interface PackageFile {
  readonly name: string;
  readonly about: string;
  readonly content: string | Uint8Array;
}

export interface InventoryItem {
  readonly object: string;
  readonly key: string;
  readonly place: string;
  /** Filled cells by column. */
  readonly cells: readonly { readonly column: string; readonly value: string }[];
}

export interface HandoffModel {
  readonly title: string;
  readonly at: string;
  readonly environment: string;
  readonly verdict: { readonly mood: string; readonly text: string };
  readonly odoo: string;
  readonly waiting: number;
  readonly auditHash: string;
}

export function indexHtml(model: HandoffModel, files: readonly PackageFile[]): string {
  const links = files.map(
    (file) =>
      `<li><a href="${encodeURI(file.name)}">${escape(file.name)}</a>: ${escape(file.about)}</li>`,
  );
  return page({
    title: `Handoff: ${model.title}`,
    when: `${model.environment}: ${model.odoo}. Written ${model.at.slice(0, 19).replace('T', ' ')} UTC.`,
    verdict: model.verdict,
    sections: [
      ['files', 'What is in this package', `<ul>${links.join('')}</ul>`],
      ['week', 'In the first week', firstWeek(model)],
      ['check', 'How to check it', checking(model)],
    ],
  });
}

const firstWeek = ({ waiting }: HandoffModel): string =>
  list([
    'Open ten records that you know by heart in Odoo and in the old CRM, side by side (spot-check.html has some to begin with).',
    waiting > 0
      ? `Answer the ${waiting} item(s) that still wait (review-queue.csv names each with its answers), then run once more.`
      : 'Nothing waits for an answer.',
    'Look at owners.csv: who was not found in Odoo has a fallback. Create the users, then run once more: the records are handed over.',
    'Rebuild what no program can move, with the checklists in inventories.html: workflows, landing pages, portals.',
    'Keep the old CRM readable, and nobody writing in it. If somebody did, a delta brings it over.',
    'Send a first mailing only after comparing the blacklist in Odoo with the opt-outs of the old CRM.',
    'The migration can be taken back as long as the project folder exists. Keep it for as long as you want that.',
  ]);

const checking = ({ auditHash }: HandoffModel): string =>
  list([
    'manifest.json holds the sha256 of every file here: sha256sum of a file must give the same.',
    `audit.jsonl is chained entry by entry: waybill audit --file audit.jsonl. Its last hash is ${auditHash}.`,
    'id-map.csv names the Odoo record of every source record; the external id in Odoo is __waybill__.<key>.',
  ]);

const list = (items: readonly string[]): string =>
  `<ul>${items.map((item) => `<li>${escape(item)}</li>`).join('')}</ul>`;

/** What Odoo has for what a rule of the old CRM does; matched by a word in its text. */
const EQUIVALENTS: readonly (readonly [RegExp, string])[] = [
  [/e-?mail|drip|send/i, 'Automation rule with the action "Send Email" and an e-mail template'],
  [/sms|text message/i, 'Automation rule with the action "Send SMS Text Message"'],
  [/task|to-?do|remind|follow.?up|call/i, 'Automation rule with the action "Create Activity"'],
  [/stage|status|pipeline/i, 'Automation rule on the stage, with the action "Update the Record"'],
  [
    /assign|owner|team/i,
    'Assignment rules of the sales team, or the action "Update the Record" on the salesperson',
  ],
  [/tag|flag|group|categor/i, 'Action "Update the Record" on the tags'],
  [/wait|delay|days? (after|later)|hour/i, 'Trigger "Based on date field" with a delay'],
  [/form|landing|page|pop-?up/i, 'A page of the Website app with a form that creates a lead'],
  [/portal|access|login/i, 'Portal access: Contact, Action, Grant portal access'],
];

export function equivalents(item: InventoryItem): string[] {
  const text = item.cells.map((cell) => `${cell.column} ${cell.value}`).join(' ');
  const found = EQUIVALENTS.filter(([pattern]) => pattern.test(text)).map(([, what]) => what);
  return found.length > 0 ? found : ['Server action, written by hand'];
}

export function inventoriesHtml(
  title: string,
  inventories: readonly { readonly name: string; readonly items: readonly InventoryItem[] }[],
): string {
  const total = inventories.reduce((sum, one) => sum + one.items.length, 0);
  return page({
    title,
    when: 'What the migration does not move: rebuild it in Odoo with these checklists.',
    verdict: {
      mood: total > 0 ? 'look' : 'good',
      text:
        total > 0
          ? `${total} thing(s) to rebuild. Who was in the middle of a workflow is not known to any export.`
          : 'The source named nothing that has to be rebuilt.',
    },
    sections: inventories.map(({ name, items }) => [
      slug(name),
      name,
      items.map(itemHtml).join('') || '<p>None.</p>',
    ]),
  });
}

const slug = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]+/g, '-');

const itemHtml = (item: InventoryItem): string =>
  table(
    `☐ ${item.key} (${item.place})`,
    ['At the source', 'Value'],
    item.cells.map((cell) => [cell.column, cell.value]),
    '',
  ) + `<p>In Odoo:</p>${list(equivalents(item))}`;

/** The parts of the handoff package that are made for it: index, checklists, the first week. */
import { escape, page } from './parts.ts';

export interface PackageFile {
  readonly name: string;
  readonly about: string;
  readonly content: string | Uint8Array;
}

export interface HandoffModel {
  readonly title: string;
  readonly at: string;
  readonly environment: string;
  readonly verdict: { readonly mood: string; readonly text: string };
  /** Who allowed what, and what still holds: a sentence each. */
  readonly consent: readonly string[];
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
      ['consent', 'Who allowed it', list(model.consent)],
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
    'Rebuild what no program can move, with the checklists in inventory.html: workflows, landing pages, portals.',
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

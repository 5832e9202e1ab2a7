/** What an item says of itself that Odoo has no place for: it is written beside its text. */
import type { Issue } from '../core/record.ts';
import type { Child } from './compose-child.ts';
import { parseBoolean } from './transforms/booleans.ts';
import { singleLine } from './transforms/text.ts';

/** What names nothing that is not said to be public is for the firm's own eyes. */
const PUBLIC = /^(public|true|yes|y|1|visible|published|shared|extranet|client)$/i;
export const isPublic = (visibility: string): boolean => PUBLIC.test(visibility);

/** Said of messages by their subtype. */
export const VISIBLE = 'Visible to the client';

/** Label and text: whom it concerns beside the record it stands on, whether the client sees it, whether it is deleted. */
export function asides({ record, file, parent, contacts, tools }: Child): [string, string][] {
  const read = (slot: string): string => singleLine(file.slot(record, slot));
  const contact = parent?.model === 'res.partner' ? '' : read('contact');
  const [hit] = contact === '' ? [] : contacts.byKey(contact);
  const lines: [string, string][] = [
    ['Contact', hit ? `${hit.email || hit.name} (${contact})` : contact],
    [VISIBLE, isPublic(read('visibility')) ? 'yes' : ''],
    [`Inactive in ${tools.declaration.name}`, isInactive(read) ? 'yes' : ''],
  ];
  return lines.filter(([, text]) => text !== '');
}

/** Whatever stands in a column that is called Deleted and is no "no" means that it is. */
const isInactive = (read: (slot: string) => string): boolean =>
  (read('inactive') !== '' && parseBoolean(read('inactive')) !== false) ||
  parseBoolean(read('active')) === false;

/** The same moment in whatever form an export writes it; what is none stays as it is. */
export function momentText({ record, file, tools }: Child, slot: string): string {
  const text = singleLine(file.slot(record, slot));
  const utc = text === '' ? undefined : tools.dates(file.order(slot)).datetime(text);
  return utc === undefined ? text : `${utc} UTC`;
}

/** `each`: what became of each of them. */
export const ringIssue = (ring: string, column: string, raw: string, each: string): Issue => ({
  code: 'WB_PARENT_RING',
  message: `These stand below each other in a ring: ${ring}. Each ${each}; mend the ring at the source, or accept.`,
  column,
  raw,
});

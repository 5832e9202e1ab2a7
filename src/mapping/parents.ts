/** Finds the contact of a note, a task, a deal …. Evidence that disagrees, or that fits two contacts, goes to a person. */
import type { Issue } from '../core/record.ts';
import { foldText, namesContradict } from '../lib/names.ts';
import type { Shape } from '../source/source.ts';
import type { Choices, ContactHit, ContactIndex, ParentAnswer } from './mapping.ts';

export interface ParentClues {
  readonly id: string;
  /** Lower case; empty when there is none. */
  readonly email: string;
  readonly name: string;
}

/** Whose parent is looked for: it decides the words, the code and whether it can live without one. */
export interface ChildKind {
  readonly order: Choices['noteJoin'];
  readonly shape: Shape;
  readonly label: string;
  /** What it belongs to, in one word: a contact, a case. */
  readonly parent: string;
  /** Where the export names it, for whoever looks there. */
  readonly column: string;
}

/** A note or a file is nothing without its contact; a task, a deal or an appointment may have none. */
const NEED_PARENT: readonly Shape[] = ['message', 'attachment'];

export function findParent(clues: ParentClues, index: ContactIndex, kind: ChildKind): ParentAnswer {
  const named = clues.id !== '' || clues.email !== '';
  if (!named && !NEED_PARENT.includes(kind.shape)) return { kind: 'none' };
  const answer = search(clues, index, kind.order);
  if (answer.kind === 'found' && answer.contact.partner === '')
    return { kind: 'orphan', issue: parentWaits(answer.contact.key, kind) };
  return answer.kind === 'orphan' || answer.kind === 'ambiguous'
    ? { kind: answer.kind, issue: worded(answer.issue, kind) }
    : answer;
}

const parentWaits = (key: string, { shape, column }: ChildKind): Issue => ({
  code: shape === 'message' ? 'WB_NOTE_ORPHAN' : 'WB_PARENT_MISSING',
  message: `Belongs to record ${key}, which itself waits in the review queue.`,
  column,
  candidates: [key],
});

function worded(found: Issue, { shape, label, parent, column }: ChildKind): Issue {
  const issue = {
    ...found,
    column,
    message: found.message.replace(/\bcontact/g, parent.toLowerCase()),
  };
  if (shape === 'message') return issue;
  const code = issue.code === 'WB_NOTE_ORPHAN' ? 'WB_PARENT_MISSING' : 'WB_PARENT_AMBIGUOUS';
  const what = label.toLowerCase();
  const more = NEED_PARENT.includes(shape) ? '' : ' Or resolve with "none" to load it without.';
  const message = issue.message
    .replace(/^The note/, `The ${what}`)
    .replace('what the note gives', `what the ${what} gives`);
  return { ...issue, code, message: message + more };
}

function search(clues: ParentClues, index: ContactIndex, order: Choices['noteJoin']): ParentAnswer {
  const byId = clues.id === '' ? [] : distinct(index.byKey(clues.id));
  const [named] = byId;
  if (named && byId.length === 1 && hasEmail(named, clues.email))
    return { kind: 'found', contact: named };
  const byEmail = clues.email === '' ? [] : distinct(index.byEmail(clues.email));
  if (byId.length > 0 && byEmail.length > 0) return both(clues, byId, byEmail);
  if (byId.length > 0) return onlyId(clues, byId, order);
  return byEmail.length > 0 ? onlyEmail(clues, byEmail, order) : orphan(clues);
}

/** Then both clues name this contact, whoever else has the address: most notes need no second search. */
const hasEmail = (hit: ContactHit, email: string): boolean =>
  email !== '' && (hit.email === email || hit.otherEmail === email);

/** Records that were merged are one contact. One that is itself queued counts by its position. */
const distinct = (hits: readonly ContactHit[]): ContactHit[] => [
  ...new Map(hits.map((hit) => [identityOf(hit), hit])).values(),
];
const identityOf = (hit: ContactHit): string => hit.partner || `#${hit.position}`;

function both(
  clues: ParentClues,
  byId: readonly ContactHit[],
  byEmail: readonly ContactHit[],
): ParentAnswer {
  const emails = new Set(byEmail.map(identityOf));
  const [single, ...others] = byId.filter((hit) => emails.has(identityOf(hit)));
  if (single && others.length === 0) return { kind: 'found', contact: single };
  return ambiguous(
    clues,
    [...byId, ...byEmail],
    single ? 'fits several contacts' : 'names one contact by record id and another by e-mail',
  );
}

/** E-mail first: an address that nobody has casts doubt on the record id beside it. */
function onlyId(
  clues: ParentClues,
  hits: readonly ContactHit[],
  order: Choices['noteJoin'],
): ParentAnswer {
  const [single, ...others] = hits;
  if (!single || others.length > 0)
    return ambiguous(clues, hits, 'has a record id that several contacts carry');
  const doubtful =
    order === 'email-first' && clues.email !== '' && namesContradict(clues.name, single.name);
  return doubtful
    ? ambiguous(clues, hits, 'has the record id of a contact with another name and address')
    : { kind: 'found', contact: single };
}

/** Id first: with an id that nobody has, the address alone must be beyond doubt: the note may belong to a deleted contact. */
function onlyEmail(
  clues: ParentClues,
  hits: readonly ContactHit[],
  order: Choices['noteJoin'],
): ParentAnswer {
  const [single, ...others] = hits;
  if (single && others.length === 0) {
    return namesContradict(clues.name, single.name)
      ? ambiguous(clues, hits, 'has the e-mail of a contact with another name')
      : { kind: 'found', contact: single };
  }
  const mayName = clues.name !== '' && (clues.id === '' || order === 'email-first');
  const named = mayName ? hits.filter((hit) => foldText(hit.name) === foldText(clues.name)) : [];
  const [only, ...more] = named;
  return only && more.length === 0
    ? { kind: 'found', contact: only }
    : ambiguous(clues, hits, 'has an e-mail that several contacts share');
}

const shown = (clues: ParentClues): string =>
  [
    clues.id && `record id ${clues.id}`,
    clues.email && `e-mail ${clues.email}`,
    clues.name && `name ${clues.name}`,
  ]
    .filter(Boolean)
    .join(', ') || 'no record id and no e-mail';

const raw = (clues: ParentClues): Pick<Issue, 'raw'> => ({
  raw: [clues.id, clues.email, clues.name].filter(Boolean).join(' | '),
});

const ambiguous = (clues: ParentClues, hits: readonly ContactHit[], why: string): ParentAnswer => ({
  kind: 'ambiguous',
  issue: {
    code: 'WB_NOTE_AMBIGUOUS',
    message: `The note ${why} (${shown(clues)}). Resolve with the record id of the contact it belongs to.`,
    candidates: [...new Set(hits.map((hit) => hit.key))],
    ...raw(clues),
  },
});

const orphan = (clues: ParentClues): ParentAnswer => ({
  kind: 'orphan',
  issue: {
    code: 'WB_NOTE_ORPHAN',
    message: `No contact has what the note gives: ${shown(clues)}.`,
    candidates: [],
    ...raw(clues),
  },
});

/** Which contacts of the source are one, which wait for a person, and under which keys they are planned. */
import type { Identity } from '../core/contact.ts';
import type { Issue, StagedRecord } from '../core/record.ts';
import { sha256 } from '../lib/hash.ts';
import type { Choices, DuplicateDecision, Mapper } from '../mapping/mapping.ts';
import type { SourceObject } from '../source/source.ts';
import type { Store } from '../store/store.ts';

export interface DuplicateInput {
  readonly store: Store;
  readonly mapper: Mapper;
  readonly choices: Choices;
  readonly groupDuplicates: (
    group: readonly Identity[],
    rule: Choices['duplicates'],
    loaded: (one: Identity) => boolean,
  ) => readonly DuplicateDecision[];
}

/** Only contacts that share something are in here; everyone else is simply kept. */
export interface Fate {
  readonly mergedInto: Map<number, number>;
  readonly absorbs: Map<number, number[]>;
  readonly queued: Map<number, Issue>;
  /** In Odoo already, as the contact they would have been merged with is. */
  readonly doubles: Map<number, Issue>;
  readonly plannedKey: Map<number, string>;
  /** Keys of records whose own key stands on another record already. */
  readonly ownKey: Map<number, string>;
  /** Keys of records that were merged into one that is no longer at the source, with what they are in Odoo. */
  readonly heirs: ReadonlyMap<string, string>;
}

export function decideDuplicates(input: DuplicateInput, object: SourceObject): Fate {
  const { store } = input;
  const fate: Fate = {
    mergedInto: new Map(),
    absorbs: new Map(),
    queued: new Map(),
    doubles: new Map(),
    plannedKey: new Map(),
    ownKey: new Map(),
    heirs: heirsOf(input, object),
  };
  for (const { key, n } of store.staging.repeatedKeys(object.name))
    settleRepeated(store, object, key, n, fate);
  const loaded = ({ position, key }: Identity): boolean =>
    store.ledger.knows(
      keyOf(input.mapper, fate, { object: object.name, key: fate.ownKey.get(position) ?? key }),
    );
  for (const group of store.staging.sharedEmails()) {
    const open = group.filter(
      ({ position }) => !fate.queued.has(position) && !fate.mergedInto.has(position),
    );
    const { members, rule } = answered(input, object, open, fate);
    for (const decision of input.groupDuplicates(members, rule, loaded))
      apply(decision, members, fate);
  }
  return fate;
}

/** Who shall stay apart is out of the question; the others merge once each of them was answered so. */
function answered(
  { store, choices }: DuplicateInput,
  object: SourceObject,
  group: readonly Identity[],
  { ownKey: own }: Fate,
): { members: readonly Identity[]; rule: Choices['duplicates'] } {
  const asked = choices.duplicates;
  if (asked !== 'review') return { members: group, rule: asked };
  const answer = ({ position, key }: Identity): string =>
    store.review.decided({
      object: object.name,
      key: own.get(position) ?? key,
      code: 'WB_DUPLICATE_CONTACT',
    });
  const members = group.filter((one) => answer(one) !== 'separate');
  const merging = members.every((one) => answer(one) === 'merge');
  return { members, rule: merging ? 'merge' : 'review' };
}

/** The first stays; what differs from it waits for a person: notes by that id could be anybody's. */
function settleRepeated(
  store: Store,
  object: SourceObject,
  key: string,
  n: number,
  fate: Fate,
): void {
  const [first, ...others] = store.staging
    .byKey(object.name, key)
    .sort((a, b) => a.position - b.position);
  if (!first) return;
  const met = new Map([[ownKey(first), first.position]]);
  for (const other of others) {
    const own = ownKey(other);
    const twin = met.get(own);
    if (twin !== undefined) {
      const known = fate.ownKey.get(twin);
      if (known !== undefined) fate.ownKey.set(other.position, known);
      merge(fate, other.position, twin);
      continue;
    }
    met.set(own, other.position);
    fate.ownKey.set(other.position, own);
    const answer = store.review.decided({
      object: object.name,
      key: own,
      code: 'WB_DUPLICATE_KEY',
    });
    if (answer === 'merge') merge(fate, other.position, first.position);
    if (answer !== 'merge' && answer !== 'separate')
      fate.queued.set(other.position, {
        code: 'WB_DUPLICATE_KEY',
        message: `Record id ${key} stands on ${n} ${object.plural} that are not the same; the first (${first.file}, line ${first.line}) was taken. Resolve with "merge" (into the first) or "separate" (a contact of its own).`,
      });
  }
}

/** By its content, so that a later export of the same row has the same key wherever it stands. */
const ownKey = ({ key, cells }: StagedRecord): string =>
  `${key}~${sha256(cells.join('\u001f')).slice(0, 16)}`;

function merge(fate: Fate, position: number, into: number): void {
  fate.mergedInto.set(position, into);
  fate.absorbs.set(into, [...(fate.absorbs.get(into) ?? []), position]);
}

function apply(decision: DuplicateDecision, group: readonly Identity[], fate: Fate): void {
  const keyAt = (position: number): string =>
    group.find((one) => one.position === position)?.key ?? '';
  switch (decision.kind) {
    case 'keep':
      if (decision.doubleOf === undefined) return;
      fate.doubles.set(decision.position, doubleOf(keyAt(decision.doubleOf)));
      return;
    case 'merge':
      return merge(fate, decision.position, decision.into);
    case 'queue': {
      const others = group
        .filter((one) => one.position !== decision.position)
        .map((one) => one.key);
      fate.queued.set(decision.position, {
        code: 'WB_DUPLICATE_CONTACT',
        message: `Shares its e-mail address with ${others.join(', ')}. Answer each of them: "merge" makes one contact of those that say so.`,
        candidates: others,
      });
    }
  }
}

const doubleOf = (key: string): Issue => ({
  code: 'WB_DUPLICATE_LOADED',
  message: `Is the same contact as ${key} by the rule for duplicates, and both are in Odoo already: they stay two. Merge them in Odoo if they are one, then resolve with "accept".`,
});

export const keyOf = (
  mapper: Mapper,
  { heirs }: Fate,
  record: Pick<StagedRecord, 'object' | 'key'>,
): string => heirs.get(record.key) ?? mapper.keyOf(record);

/** Of a group whose record in Odoo bears the id of one that was deleted at the source, the first that is left. */
function heirsOf({ store, mapper }: DuplicateInput, { name }: SourceObject): Fate['heirs'] {
  const { knows } = store.ledger;
  const own = (key: string): string => mapper.keyOf({ object: name, key });
  const heirs = new Map<string, string>();
  const groups = Map.groupBy(store.staging.aliases(name), (one) => one.into);
  for (const [into, left] of groups) {
    if (!knows(into) || left.some(({ key }) => own(key) === into)) continue;
    const heir = left.find(({ key, n }) => n === 1 && !knows(own(key)));
    if (heir) heirs.set(heir.key, into);
  }
  return heirs;
}

/** A record that took others in may itself be merged: then all of them go along. */
export const absorbedBy = (fate: Fate, position: number): number[] =>
  (fate.absorbs.get(position) ?? []).flatMap((one) => [one, ...absorbedBy(fate, one)]);

export function leaderOf(fate: Fate, position: number): number {
  const into = fate.mergedInto.get(position);
  return into === undefined ? position : leaderOf(fate, into);
}

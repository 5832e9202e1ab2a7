import type { Choices, DuplicateDecision, Identity } from './mapping.ts';

export type Loaded = (one: Identity) => boolean;

/**
 * Decides each member of a group exactly once. Does not depend on the order of the input, and never chains:
 * what something is merged into is kept. `loaded`: is in Odoo already, as a contact of its own.
 */
export function groupDuplicates(
  group: readonly Identity[],
  rule: Choices['duplicates'],
  loaded: Loaded = () => false,
): DuplicateDecision[] {
  const byEmail = Map.groupBy(group, (one) => one.email);
  const decided = [...byEmail].flatMap(([email, members]) =>
    email === '' || members.length < 2
      ? members.map((one) => keep(one, false))
      : decide(members, rule, loaded),
  );
  return decided.sort((a, b) => a.position - b.position);
}

function decide(
  members: readonly Identity[],
  rule: Choices['duplicates'],
  loaded: Loaded,
): DuplicateDecision[] {
  switch (rule) {
    case 'separate':
      return members.map((one) => keep(one, true));
    case 'review':
      return members.map((one) => queue(one, members));
    case 'merge':
      return mergeAll(members, false, loaded);
    case 'same-name':
      return sameName(members, loaded);
  }
}

/** Nameless members say nothing about who they are, so they stay apart. */
function sameName(members: readonly Identity[], loaded: Loaded): DuplicateDecision[] {
  const buckets = [...Map.groupBy(members, (one) => one.name || `\u0000${one.position}`).values()];
  return buckets.flatMap((bucket) => mergeAll(bucket, buckets.length > 1, loaded));
}

/** The newest leads; of equals the one that came first. */
function mergeAll(
  members: readonly Identity[],
  shared: boolean,
  loaded: Loaded,
): DuplicateDecision[] {
  const there = members.filter(loaded).sort((a, b) => a.position - b.position);
  if (there.length > 1) return keepLoaded(members, there);
  const [leader, ...others] = [...members].sort(
    (a, b) => compare(b.edited, a.edited) || a.position - b.position,
  );
  if (!leader) return [];
  return [
    keep(leader, shared),
    ...others.map(
      (one) => ({ position: one.position, kind: 'merge', into: leader.position }) as const,
    ),
  ];
}

/** Several are in Odoo already: only there can two records become one. */
function keepLoaded(
  members: readonly Identity[],
  [first, ...doubles]: readonly Identity[],
): DuplicateDecision[] {
  if (!first) return [];
  return members.map((one) => {
    if (one === first) return keep(one, true);
    if (!doubles.includes(one))
      return { position: one.position, kind: 'merge', into: first.position } as const;
    return { position: one.position, kind: 'keep', shared: true, doubleOf: first.position };
  });
}

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
const keep = (one: Identity, shared: boolean): DuplicateDecision => ({
  position: one.position,
  kind: 'keep',
  shared,
});
const queue = (one: Identity, members: readonly Identity[]): DuplicateDecision => ({
  position: one.position,
  kind: 'queue',
  with: members
    .map((member) => member.position)
    .filter((position) => position !== one.position)
    .sort((a, b) => a - b),
});

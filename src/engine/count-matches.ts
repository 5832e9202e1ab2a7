/** How many contacts of the export Odoo has already, by the rule that a run will go by. Reads only. */
import type { Identity } from '../core/contact.ts';
import { KEY_FIELD, type Destination, type OdooRow } from '../destination/destination.ts';
import type { Choices, DuplicateDecision } from '../mapping/mapping.ts';
import { fold, recognise } from './match.ts';

export interface MatchCount {
  readonly rule: Choices['match'];
  /** Contacts of the export that would become one in Odoo: duplicates are merged by then. */
  readonly contacts: number;
  readonly matched: number;
  /** Several in Odoo could be the one: they would wait for a person. */
  readonly unclear: number;
  readonly examples: readonly { readonly source: string; readonly odoo: string }[];
}

export interface Counting {
  readonly destination: Destination;
  readonly signal: AbortSignal;
  readonly choices: Pick<Choices, 'match' | 'duplicates'>;
  readonly groupDuplicates: (
    group: readonly Identity[],
    rule: Choices['duplicates'],
  ) => readonly DuplicateDecision[];
}

const EMAILS_AT_ONCE = 1_000;
const EXAMPLES = 5;

export async function countMatches(
  counting: Counting,
  identities: readonly Identity[],
): Promise<MatchCount> {
  const asked = loadedOnes(counting, identities);
  const { match } = counting.choices;
  const looked = match === 'none' ? [] : asked;
  const count = { matched: 0, unclear: 0, examples: [] as { source: string; odoo: string }[] };
  for (let at = 0; at < looked.length; at += EMAILS_AT_ONCE) {
    const some = looked.slice(at, at + EMAILS_AT_ONCE);
    const there = await contactsOf(counting, some);
    for (const { identity, shared } of some) {
      const candidates = there.get(identity.email) ?? [];
      const answer = recognise(match, { name: identity.name, shared }, candidates);
      if (answer.kind === 'ambiguous') count.unclear++;
      if (answer.kind !== 'existing') continue;
      count.matched++;
      if (count.examples.length < EXAMPLES) count.examples.push(exampleOf(identity, answer.found));
    }
  }
  return { rule: match, contacts: asked.length, ...count };
}

/** Without those that the rule for duplicates merges or keeps back. */
function loadedOnes(
  { choices, groupDuplicates }: Counting,
  identities: readonly Identity[],
): { identity: Identity; shared: boolean }[] {
  const byPosition = new Map(identities.map((one) => [one.position, one]));
  return groupDuplicates(identities, choices.duplicates).flatMap((one) => {
    const identity = byPosition.get(one.position);
    return identity && one.kind === 'keep' ? [{ identity, shared: one.shared }] : [];
  });
}

async function contactsOf(
  { destination, signal }: Counting,
  some: readonly { readonly identity: Identity }[],
): Promise<Map<string, OdooRow[]>> {
  const emails = [...new Set(some.map((one) => one.identity.email).filter(Boolean))];
  if (emails.length === 0) return new Map();
  // What this project loaded is no match; before the first run there is no such field.
  const ours = KEY_FIELD in (await destination.fields('res.partner', signal));
  const found = await destination.find(
    'res.partner',
    [['email_normalized', 'in', emails], ...(ours ? [[KEY_FIELD, '=', false] as const] : [])],
    ['name', 'email_normalized'],
    { archived: true },
    signal,
  );
  return Map.groupBy(found, (one) => fold(one['email_normalized']));
}

const exampleOf = (identity: Identity, found: OdooRow) => ({
  source: `${identity.name} <${identity.email}>`,
  odoo: `${String(found['name'])} (contact ${found.id})`,
});

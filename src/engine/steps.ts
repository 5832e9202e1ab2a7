/** What the engine must know of each step: how its records are recognised in Odoo, and what happens to those that are there. */
import type { Step } from '../core/record.ts';
import type { Domain } from '../destination/destination.ts';
import type { Choices } from '../mapping/mapping.ts';

export interface StepRule {
  /**
   * never: always created, for it is an event or a document and two alike are two.
   * email: a contact, by the rule a person chose. Else equal in the first of `by` that this Odoo's model has, and in
   * all of `and` that it has.
   */
  readonly match:
    | 'never'
    | 'email'
    | { readonly by: readonly string[]; readonly and: readonly string[]; readonly also: Domain };
  /** Values of a record that is there: by the person's choice, or always so. */
  readonly existing: 'choice' | Choices['existing'];
}

const NEVER: StepRule = { match: 'never', existing: 'leave' };
const byName = (also: Domain = [], ...and: string[]): StepRule => ({
  match: { by: ['name'], and, also },
  existing: 'leave',
});

export const RULES: Readonly<Record<Step, StepRule>> = {
  tags: byName([['parent_id', '=', false]]),
  'lead-tags': byName(),
  // 19 makes a unique `name` of the title by itself; 14 has no title.
  campaigns: { match: { by: ['title', 'name'], and: [], also: [] }, existing: 'leave' },
  teams: byName(),
  // A pipeline's stage: of the same team (14 to 18: team_id, 19: team_ids), or of all teams.
  stages: byName([], 'team_id', 'team_ids', 'is_won'),
  'lost-reasons': byName(),
  companies: byName([
    ['is_company', '=', true],
    ['parent_id', '=', false],
  ]),
  contacts: { match: 'email', existing: 'choice' },
  people: NEVER,
  leads: NEVER,
  events: NEVER,
  activities: NEVER,
  // Somebody who said no is blacklisted, also where the entry was archived.
  optouts: { match: { by: ['email'], and: [], also: [] }, existing: 'overwrite' },
  attachments: NEVER,
  templates: NEVER,
  notes: NEVER,
};

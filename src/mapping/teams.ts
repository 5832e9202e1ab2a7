/** Groups as sales teams, on request: each is led by whoever owns most of its contacts. */
import { isRef, type PlannedRecord, type Ref, type Value } from '../core/record.ts';
import { foldText } from '../lib/names.ts';
import { shortHash } from './keys.ts';
import type { MetTeam } from './mapping.ts';

interface Team {
  readonly key: string;
  readonly name: string;
  /** Owner's key -> contacts of the team that are his. */
  readonly owned: Map<string, number>;
}

export interface TeamBook {
  meet(team: MetTeam): void;
  /** What it met since it was last asked; it begins anew. */
  news(): MetTeam[];
  /**
   * Puts a contact into the teams of its groups. One without an owner goes to the lead of its first team; who that
   * is is known when all contacts were met, so the value is a promise (`lead.<team>`) that the engine keeps.
   */
  join(values: Record<string, Value>, groups: readonly string[]): void;
  records(): PlannedRecord[];
}

/** `onPartner`: contacts of this Odoo have a team themselves (up to 16; crm/models/res_partner.py). */
export function teamBook(source: string, onPartner: boolean): TeamBook {
  const teams = new Map<string, Team>();
  const teamOf = (name: string): Team => {
    const key = `${source}_team_${shortHash(foldText(name))}`;
    const team = teams.get(key) ?? { key, name, owned: new Map<string, number>() };
    teams.set(key, team);
    return team;
  };
  return {
    meet({ name, owned }) {
      const team = teamOf(name);
      for (const [owner, n] of owned) count(team, owner, n);
    },
    news() {
      const news = [...teams.values()].map(({ name, owned }) => ({ name, owned: [...owned] }));
      teams.clear();
      return news;
    },
    join(values, groups) {
      const [first, ...others] = groups.map(teamOf);
      if (!first) return;
      const owner = values['user_id'];
      if (isRef(owner)) for (const team of [first, ...others]) count(team, owner.ref, 1);
      else values['user_id'] = { ref: leadOf(first.key) };
      if (onPartner) values['team_id'] = { ref: first.key };
    },
    records: () => [...teams.values()].map(planned),
  };
}

const count = ({ owned }: Team, owner: string, n: number): unknown =>
  owned.set(owner, (owned.get(owner) ?? 0) + n);

export const leadOf = (team: string): string => `lead.${team}`;

const planned = ({ key, name, owned }: Team): PlannedRecord => {
  const lead = mostOf(owned);
  const values = { name, user_id: lead };
  return {
    step: 'teams',
    model: 'crm.team',
    key,
    object: '',
    position: 0,
    lane: '',
    match: '',
    values,
  };
};

/** Of equals the first by key: the same team has the same lead in every run. */
function mostOf(owned: ReadonlyMap<string, number>): Ref {
  const [best] = [...owned].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  return { ref: best?.[0] ?? 'owner.fallback' };
}

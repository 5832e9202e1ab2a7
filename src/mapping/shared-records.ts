/** Records that many share: tags, companies, stages, opt-outs. Each is planned once, however often it is met. */
import type { PlannedRecord, Ref, Step, Values } from '../core/record.ts';
import { foldText } from '../lib/names.ts';
import { shortHash } from './keys.ts';

export type SharedRecords = ReturnType<typeof sharedRecords>;

export function sharedRecords(source: string) {
  const records = new Map<string, PlannedRecord>();
  const refs = new Map<string, Ref>();
  let told = 0;
  const meet = (record: PlannedRecord): unknown =>
    records.has(record.key) || records.set(record.key, record);
  /** `name` is what makes it the same, in any case and spacing; the first one met gives the values. */
  const make = (step: Step, model: string, kind: string, name: string, values: Values): Ref => {
    const known = refs.get(`${kind}/${name}`);
    if (known) return known;
    const key = keyOf(kind, name);
    meet({ step, model, key, object: '', position: 0, lane: '', match: '', values });
    const ref = { ref: key };
    refs.set(`${kind}/${name}`, ref);
    return ref;
  };
  const keyOf = (kind: string, name: string): string =>
    `${source}_${kind}_${shortHash(foldText(name))}`;
  return {
    make,
    keyOf,
    tag: (name: string): Ref => make('tags', 'res.partner.category', 'tag', name, { name }),
    company: (name: string): Ref =>
      make('companies', 'res.partner', 'company', name, { name, is_company: true }),
    nameOf(ref: string): string | undefined {
      const name = records.get(ref)?.values['name'];
      return typeof name === 'string' ? name : undefined;
    },
    meet,
    /** What it met since it was last asked. */
    news(): PlannedRecord[] {
      const news = [...records.values()].slice(told);
      told = records.size;
      return news;
    },
    all: (): PlannedRecord[] => [...records.values()],
  };
}

/** What a rollback did, and what it left. */
export interface Kept {
  readonly key: string;
  readonly model: string;
  readonly resId: number;
  readonly reason: string;
}
export interface RollbackTotals {
  readonly removed: number;
  readonly restored: number;
  readonly kept: readonly Kept[];
}

/** While it is under way. */
export interface Totals {
  removed: number;
  restored: number;
  readonly kept: Kept[];
  /** `model id` of what a rehearsal would have removed or put back by now: it holds on to nothing any more. */
  readonly released: Set<string>;
  /** `model.field` -> recognised records in which a rehearsal would have put nothing back in its place. */
  readonly emptied: Map<string, Set<number>>;
  /** model -> how many records of ours a rehearsal would have removed. */
  readonly unmade: Map<string, number>;
}

export const noTotals = (): Totals => ({
  removed: 0,
  restored: 0,
  kept: [],
  released: new Set(),
  emptied: new Map(),
  unmade: new Map(),
});

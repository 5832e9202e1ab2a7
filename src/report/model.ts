/** The one model behind every report, HTML and JSON alike: plain data, no secret, complete enough to be judged alone. */
import type { Inspection } from '../source/source.ts';

export interface ReportModel {
  readonly title: string;
  /** ISO time. */
  readonly at: string;
  readonly project: string;
  readonly environment: string;
  readonly destination: {
    readonly url: string;
    readonly db: string;
    readonly version: string;
    readonly edition: string;
  } | null;
  readonly source: {
    readonly name: string;
    readonly traps: readonly string[];
    readonly inspection: Inspection;
  } | null;
  readonly mapping: {
    readonly hash: string;
    readonly approvedBy: string | null;
    readonly approvedAt: string | null;
    readonly choices: Readonly<Record<string, string | boolean>>;
    readonly objects: Readonly<
      Record<
        string,
        readonly {
          readonly column: string;
          readonly to: string;
          readonly field: string;
          readonly confidence: number;
          readonly reason: string;
          readonly decided: boolean;
        }[]
      >
    >;
  } | null;
  readonly run: {
    readonly id: number;
    readonly state: string;
    readonly startedAt: string;
    readonly endedAt: string;
    /** created, updated, matched, queued, settled … */
    readonly totals: Readonly<Record<string, number>>;
    /** step -> records made, changed, recognised */
    readonly ledger: readonly {
      readonly step: string;
      readonly op: string;
      readonly state: string;
      readonly n: number;
    }[];
  } | null;
  /** What was predicted, and what it took; null without an estimate or a run. */
  readonly estimate: {
    readonly grade: string;
    readonly predictedHours: number;
    /** Of all full runs up to the one that ended, the interrupted ones included. */
    readonly actualHours: number;
    /** Runs that were killed: how long they took is not known, and not in it. */
    readonly killed: number;
    readonly recordsPerSecond: number;
  } | null;
  /** The numbers that were signed, beside those of the extraction that is loaded now. */
  readonly scope: {
    readonly by: string;
    readonly at: string;
    readonly rows: readonly {
      readonly object: string;
      readonly signed: number;
      readonly now: number;
      readonly accounted: number;
    }[];
  } | null;
  /** Per object: extracted = loaded + merged + excluded + queued + rejected (+ pending and lost, which must be 0). */
  readonly balance: readonly {
    readonly object: string;
    readonly extracted: number;
    /** Counted in the file and not in the store; negative: the other way round. */
    readonly lost: number;
    readonly counts: Readonly<Record<string, number>>;
    readonly balances: boolean;
  }[];
  readonly owners: readonly {
    readonly label: string;
    readonly email: string;
    readonly active: boolean | null;
    readonly how: string;
    readonly user: string;
    readonly contacts: number;
  }[];
  readonly verification: {
    readonly at: string;
    readonly records: number;
    readonly missing: number;
    readonly values: number;
    readonly differences: number;
    readonly fields: readonly {
      readonly model: string;
      readonly field: string;
      readonly checked: number;
      readonly equal: number;
    }[];
    /** The first 1,000 that differ. */
    readonly verdicts: readonly {
      readonly key: string;
      readonly field: string;
      readonly expected: string;
      readonly found: string;
      readonly verdict: string;
    }[];
  } | null;
  readonly merged: readonly {
    readonly object: string;
    readonly key: string;
    readonly into: string;
  }[];
  readonly review: {
    readonly open: readonly { readonly code: string; readonly title: string; readonly n: number }[];
    /** The first 1,000. */
    readonly items: readonly {
      readonly id: number;
      readonly object: string;
      readonly key: string;
      readonly place: string;
      readonly code: string;
      readonly message: string;
      readonly column: string;
      readonly raw: string;
      readonly resolution: string;
    }[];
  };
}

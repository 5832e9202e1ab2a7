/** What a person approves: every field of every sampled record, from the cell at the source to what Odoo holds. */
export type FieldVerdict = 'equal' | 'differs' | 'missing' | 'kept';

export interface DiffField {
  readonly field: string;
  readonly label: string;
  /** The cells it was made of; none for what the migration sets itself. */
  readonly sources: readonly { readonly column: string; readonly value: string }[];
  readonly sent: string;
  readonly found: string;
  readonly verdict: FieldVerdict;
}

export interface DiffRecord {
  readonly object: string;
  readonly source: string;
  readonly place: string;
  readonly key: string;
  readonly model: string;
  readonly resId: number;
  /** create, update, match */
  readonly op: string;
  readonly verdict: FieldVerdict;
  readonly fields: readonly DiffField[];
  /** Filled cells that no value of this record was made of, and why. */
  readonly left: readonly {
    readonly column: string;
    readonly value: string;
    readonly why: string;
  }[];
}

export interface NotShown {
  readonly what: string;
  readonly why: string;
}

export interface SampleModel {
  readonly title: string;
  /** ISO time. */
  readonly at: string;
  readonly project: string;
  readonly environment: string;
  readonly mappingHash: string;
  readonly size: number;
  /** Source records that the cover needed; the others fill the sample up. */
  readonly needed: number;
  readonly covered: readonly string[];
  /** What the sample cannot show, since no record that is loaded has it. */
  readonly uncovered: readonly NotShown[];
  /** Objects that no sample shows record by record. */
  readonly apart: readonly NotShown[];
  readonly records: readonly DiffRecord[];
  readonly queued: readonly { readonly place: string; readonly message: string }[];
  readonly totals: Readonly<Record<FieldVerdict, number>>;
  /** sha256 over mapping, environment and every row of the diff; the approval is bound to it. */
  readonly hash: string;
}

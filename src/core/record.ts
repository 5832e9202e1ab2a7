/** The words of `design.md` as types: what travels from a source to the destination. */
import type { ErrorCode } from './errors.ts';

/** One source record exactly as it came. `cells` run parallel to the columns of its file. */
export interface StagedRecord {
  readonly object: string;
  /** 1-based order of arrival within the object; never reused. */
  readonly position: number;
  /** The source's own record id, or one made from the content where it has none. */
  readonly key: string;
  readonly file: string;
  /** 1-based line in the file where the record begins. */
  readonly line: number;
  readonly cells: readonly string[];
}

/** Something about a record or value that a person must see: it goes to the review queue. */
export interface Issue {
  readonly code: ErrorCode;
  readonly message: string;
  /** Column the issue is about, where it is about one value. */
  readonly column?: string;
  /** The raw value, so that nothing is lost when it could not be written. */
  readonly raw?: string;
  /** Keys of the records a person may choose between. */
  readonly candidates?: readonly string[];
}

/** Points at a record that gets its Odoo id only when it is loaded: the `key` of a PlannedRecord or of an owner. */
export interface Ref {
  readonly ref: string;
}

/** Bytes of the source that are read only when they are sent; they never stand in a plan or a ledger. */
export interface FileRef {
  /** What the source calls it (`Source.openFile`). */
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Of the source's table, where a row says which file is meant. */
  readonly column?: string;
}

/** A text with Odoo ids in it, like a link to an attachment that is loaded before it. */
export interface Joined {
  readonly parts: readonly (string | Ref)[];
}

export type Scalar = string | number | boolean | null;
/** A Ref is a many2one, a list of Refs a many2many. Dates are `YYYY-MM-DD`, date-times `YYYY-MM-DD HH:MM:SS` in UTC, as Odoo's API wants them; `false` never stands for empty, null does. */
export type Value = Scalar | Ref | readonly Ref[] | FileRef | Joined;
export type Values = Readonly<Record<string, Value>>;

/** One Odoo record that the mapping wants to exist. */
export interface PlannedRecord {
  /** Which step loads it; steps run in the order of `STEPS`. */
  readonly step: Step;
  readonly model: string;
  /** Unique over the project; the external id is `__waybill__.<key>`. Only [a-z0-9_.-]. */
  readonly key: string;
  readonly object: string;
  readonly position: number;
  /** Records of one lane keep their order in Odoo: a chatter sorts by id. Empty: no order needed. */
  readonly lane: string;
  /** What an existing Odoo record is matched by; empty: always created. */
  readonly match: string;
  readonly values: Values;
}

/** The order in which things are loaded: what is pointed at comes first. All records of a step are of one model. */
export const STEPS = [
  'tags',
  'lead-tags',
  'campaigns',
  'teams',
  'stages',
  'lost-reasons',
  'companies',
  'contacts',
  'people',
  'leads',
  'events',
  'activities',
  'optouts',
  'attachments',
  'templates',
  'notes',
] as const;
export type Step = (typeof STEPS)[number];

/** Where every source record ends. `planned` becomes `loaded` once all its Odoo records exist. */
export type MapState = 'planned' | 'merged' | 'excluded' | 'queued' | 'rejected';
export type Disposition = 'loaded' | 'merged' | 'excluded' | 'queued' | 'rejected' | 'pending';

export const isRef = (value: Value | undefined): value is Ref =>
  typeof value === 'object' && value !== null && 'ref' in value;
export const isRefs = (value: Value | undefined): value is readonly Ref[] => Array.isArray(value);
export const isFileRef = (value: Value | undefined): value is FileRef =>
  typeof value === 'object' && value !== null && 'sha256' in value;
export const isJoined = (value: Value | undefined): value is Joined =>
  typeof value === 'object' && value !== null && 'parts' in value;

/**
 * The contract of a destination: what the engine may ask of an Odoo, whatever its version or transport.
 * Errors are WaybillError with a class; only reads are retried inside. A write whose outcome is not
 * known throws WB_ODOO_UNCERTAIN and is the caller's to resolve.
 */
import type { Scalar } from '../core/record.ts';
import type { FileContent } from '../lib/json-body.ts';

export interface FieldInfo {
  readonly type: string;
  readonly label: string;
  readonly required: boolean;
  readonly readonly: boolean;
  readonly relation: string | null;
  readonly selection: readonly (readonly [string, string])[];
  /** True for a field made by a person or by us, false for one of a module. */
  readonly manual: boolean;
}

export interface DestinationFacts {
  readonly version: string;
  /** 19, 14 … */
  readonly major: number;
  readonly edition: 'community' | 'enterprise';
  readonly transport: 'json2' | 'jsonrpc';
  readonly databaseUuid: string;
  readonly user: {
    readonly id: number;
    readonly login: string;
    readonly name: string;
    readonly timeZone: string;
  };
  readonly modules: readonly string[];
  /** Bytes that one request may have by Odoo's own rule; null: it has none. A proxy before it may have another. */
  readonly requestLimit: number | null;
  /** `database.expiration_date` of an Enterprise trial or subscription. */
  readonly expires: string | null;
}

/** What a person is told of before a run, and no command needs: some seventy calls. */
export interface DestinationSurvey {
  readonly languages: readonly string[];
  readonly companies: readonly { readonly id: number; readonly name: string }[];
  /** Models in which the user may not create, change and delete. */
  readonly lacking: readonly string[];
  readonly contacts: number;
  readonly mailServers: number;
  readonly automations: number;
}

export type Operation = 'create' | 'write' | 'unlink';

/** As Odoo's API gives and takes it: many2one as id (never [id, name]), x2many as ids, empty as null. */
export type OdooValue = Scalar | readonly number[];
export type OdooRow = Readonly<Record<string, OdooValue>> & { readonly id: number };
export type OdooValues = Readonly<Record<string, OdooValue>>;
/** What is created or written may hold files: they are read while they are sent. */
export type NewRecord = Readonly<Record<string, OdooValue | FileContent>>;
/** Odoo's search domain, prefix notation. */
export type Domain = readonly (string | readonly [string, string, unknown])[];

export interface FindOptions {
  readonly limit?: number;
  readonly offset?: number;
  readonly order?: string;
  /** Archived records too (`active_test: false`). Default true: an archived contact is still there. */
  readonly archived?: boolean;
}

export interface Destination {
  facts(signal?: AbortSignal): Promise<DestinationFacts>;
  survey(facts: DestinationFacts, signal?: AbortSignal): Promise<DestinationSurvey>;
  /** Those of the models in which the user may not do all of this, or that are not there. */
  lacking(
    models: readonly string[],
    operations: readonly Operation[],
    signal?: AbortSignal,
  ): Promise<string[]>;
  /** Fields of a model, cached until `forgetSchema`. An unknown model throws WB_ODOO_MODULE. */
  fields(model: string, signal?: AbortSignal): Promise<Readonly<Record<string, FieldInfo>>>;
  forgetSchema(): void;
  count(model: string, domain: Domain, signal?: AbortSignal): Promise<number>;
  find(
    model: string,
    domain: Domain,
    fields: readonly string[],
    options?: FindOptions,
    signal?: AbortSignal,
  ): Promise<OdooRow[]>;
  /** Reads by id; ids that no longer exist are simply missing from the answer. */
  read(
    model: string,
    ids: readonly number[],
    fields: readonly string[],
    signal?: AbortSignal,
  ): Promise<OdooRow[]>;
  /** One call, one transaction: all or none. Quiet: no tracking, no follower, no mail. x2many values are given as ids and set. */
  create(model: string, records: readonly NewRecord[], signal?: AbortSignal): Promise<number[]>;
  /** One transaction. Same values again change nothing. */
  write(
    model: string,
    ids: readonly number[],
    values: NewRecord,
    signal?: AbortSignal,
  ): Promise<void>;
  /** Ids that are already gone are not an error. One transaction. */
  remove(model: string, ids: readonly number[], signal?: AbortSignal): Promise<void>;
  /** Odoo's `load()`: upsert by external id (`id` column) in one transaction; messages name bad rows. */
  load(
    model: string,
    columns: readonly string[],
    rows: readonly (readonly string[])[],
    signal?: AbortSignal,
  ): Promise<LoadResult>;
  close(): Promise<void>;
}

export interface LoadResult {
  /** Null when nothing was written. */
  readonly ids: readonly number[] | null;
  readonly messages: readonly {
    readonly row: number;
    readonly field: string;
    readonly text: string;
  }[];
}

/** Something the project made in Odoo's schema; `created` false when it was there before. */
export interface Made {
  readonly model: string;
  readonly id: number;
  readonly name: string;
  readonly created: boolean;
}

export interface FieldSpec {
  readonly model: string;
  readonly name: string;
  readonly label: string;
  readonly type: string;
  readonly options?: readonly (readonly [string, string])[];
  /** many2many: the model it points at. */
  readonly relation?: string;
  readonly help: string;
}

/**
 * Changes to Odoo's schema, each idempotent, and the fence that makes creating exactly-once:
 * every record created in a batch points at the batch's marker row. Dropping the marker waits for a call
 * still in flight (it holds a share lock on the row) and makes one that comes later fail; what Odoo has
 * after that is the truth about the batch. See docs/decisions/0003-exactly-once.md.
 */
export interface DestinationSchema {
  /** Fields named `KEY_FIELD` and `FENCE_FIELD` on the models, and the markers' own model. */
  ensureFence(models: readonly string[], signal?: AbortSignal): Promise<Made[]>;
  /**
   * Many at once: Odoo reloads its whole schema at every call that makes a field. One `Made` per field, in their
   * order, then those of options added to fields that were there.
   */
  ensureFields(fields: readonly FieldSpec[], signal?: AbortSignal): Promise<Made[]>;
  /** A page "Migrated data" on the form of the model; what other projects show on it stays. */
  ensurePage(model: string, fields: readonly string[], signal?: AbortSignal): Promise<Made[]>;
  /** Takes fields off that page; true when it shows nothing any more, or is not there. The page itself stays. */
  leavePage(model: string, fields: readonly string[], signal?: AbortSignal): Promise<boolean>;
  /** Already gone is not an error. */
  removeMade(made: readonly Made[], signal?: AbortSignal): Promise<void>;
  openMarkers(count: number, signal?: AbortSignal): Promise<number[]>;
  /** Returns only when no call with this marker can still change Odoo. */
  dropMarker(id: number, signal?: AbortSignal): Promise<void>;
  /** A row beside the markers, by a name that nothing else bears. */
  leaveMark(name: string, signal?: AbortSignal): Promise<void>;
  hasMark(name: string, signal?: AbortSignal): Promise<boolean>;
  /** Odoo's own clock, `YYYY-MM-DD HH:MM:SS` UTC: ours may be wrong. */
  serverTime(signal?: AbortSignal): Promise<string>;
}

export const KEY_FIELD = 'x_waybill_key';
export const FENCE_FIELD = 'x_waybill_batch_id';

/**
 * The types of the mapping room: the document a person approves, and what is made of it.
 * The room is pure: no file, no network, no clock, no store.
 */
import type { Issue, PlannedRecord, StagedRecord } from '../core/record.ts';
import type { ContactHit, ContactIndex, Identity, Owner } from '../core/contact.ts';
import type { FieldInfo } from '../destination/destination.ts';
import type { ColumnProfile } from '../source/source.ts';

/** What a mapping must know of the destination; read once, before proposing. */
export interface Catalog {
  readonly major: number;
  /** model -> field -> info, for the models of the mapping. */
  readonly fields: Readonly<Record<string, Readonly<Record<string, FieldInfo>>>>;
  readonly countries: readonly {
    readonly id: number;
    readonly code: string;
    readonly name: string;
  }[];
  readonly states: readonly {
    readonly id: number;
    readonly code: string;
    readonly name: string;
    readonly countryId: number;
  }[];
  /** Only for proposing: who is there, and tags by model. */
  readonly users?: readonly {
    readonly login: string;
    readonly email: string;
    readonly name: string;
  }[];
  readonly tags?: Readonly<Record<string, readonly string[]>>;
}

/** A picture of a template, by its address: brought along, or why not. */
export type Picture =
  | {
      readonly file: string;
      readonly bytes: number;
      readonly sha256: string;
      readonly mime: string;
      /** Shows it to whoever gets the mail, and to nobody who only guesses its number. */
      readonly token: string;
    }
  | { readonly problem: string };
export type Pictures = ReadonlyMap<string, Picture>;

export type { ContactHit, ContactIndex, Identity, Owner };

export type CustomType =
  | 'char'
  | 'text'
  | 'integer'
  | 'float'
  | 'date'
  | 'datetime'
  | 'boolean'
  | 'selection'
  | 'many2many';

/** A field the provisioning makes in Odoo. */
export interface CustomField {
  readonly model: string;
  /** Begins with the source's prefix, at most 60 characters of [a-z0-9_]. */
  readonly name: string;
  readonly label: string;
  readonly type: CustomType;
  /** selection: [technical value, label as at the source]. */
  readonly options?: readonly (readonly [string, string])[];
  /** many2many: the model it points at. */
  readonly relation?: string;
  readonly help: string;
}

/** Choices that change the meaning of the whole; each has a safe default. */
export interface Choices {
  /** Contacts of the export that share an e-mail. Default `same-name`: merged when the names agree too, else kept apart and listed. */
  readonly duplicates: 'same-name' | 'merge' | 'separate' | 'review';
  /** How an existing Odoo contact is recognised. Default `email`. */
  readonly match: 'email' | 'email-and-name' | 'none';
  /** What happens to the values of an existing Odoo contact. Default `fill-empty`. */
  readonly existing: 'fill-empty' | 'overwrite' | 'leave';
  /** Default `text`: the company's name stays a text on the contact. */
  readonly companies: 'text' | 'partners';
  /** A delta finds a field changed at the source and in Odoo. Default `queue`: a person decides. */
  readonly conflicts: 'queue' | 'source' | 'odoo';
  /** A record was deleted at the source. Default `queue`. `archive` hides what nobody edited since; it deletes nothing. */
  readonly deletions: 'queue' | 'archive' | 'keep';
  /**
   * Which of a note's clues counts more. Default `id-first`: an e-mail can be shared, a record id cannot.
   * Where both are known and name different contacts, a person decides under either.
   */
  readonly noteJoin: 'id-first' | 'email-first';
  /** Login of the Odoo user who gets what has no known owner; empty: the user of the API key. */
  readonly fallbackOwner: string;
  /** Default false. Users are made without an invitation, and only when this says so. */
  readonly createUsers: boolean;
  /** Default false: each group also becomes a sales team, led by whoever owns most of its contacts. */
  readonly groupsAsTeams: boolean;
  /** Default `tags`: a campaign becomes a tag of the pipeline; `utm`: one of Odoo's own campaigns. */
  readonly campaigns: 'tags' | 'utm';
  /** Pictures that templates load from elsewhere. Default `listed`: they stay there; `rehosted`: fetched, and shown from Odoo. */
  readonly pictures: 'listed' | 'rehosted';
  /** Sales team whose pipeline takes what names none; empty: Odoo's own choice. Made where it is not there. */
  readonly pipeline: string;
  readonly leadType: 'opportunity' | 'lead';
  readonly timeZone: string;
  readonly country: string;
  readonly tagPrefix: string;
  readonly groupPrefix: string;
}

/** One source column and where it goes. */
export interface ColumnMapping {
  readonly column: string;
  /**
   * `slot:<name>`: as the slot says (see the composer); `custom`: a custom field, described in `custom`;
   * `field:<name>`: straight into that Odoo field of the object's model; `drop`: left behind, by decision.
   * `tags:<prefix>`: tags with that prefix. `?`: a person must choose; the gate stays shut.
   */
  readonly to: string;
  readonly custom?: CustomField;
  /** Order of day and month, where the column is a date that could be read both ways. */
  readonly dateOrder?: 'mdy' | 'dmy' | 'ymd';
  /**
   * Value at the source -> value to write; of a list, each. Empty: left out. What is not named stays. For stages and
   * statuses: -> stage of Odoo, or `active`, `won`, `lost`, `back burner`; the order is the pipeline's.
   */
  readonly values?: Readonly<Record<string, string>>;
  /** Applied in order, after `values`; see prepare.ts. */
  readonly transform?: readonly string[];
  readonly confidence: number;
  readonly reason: string;
  readonly alternatives: readonly string[];
  /** Shown to the person, not part of the meaning (left out of the hash). */
  readonly profile?: Pick<ColumnProfile, 'type' | 'rows' | 'filled' | 'distinct' | 'examples'>;
  /** True when a person wrote this line; a new proposal leaves it alone. */
  readonly decided: boolean;
}

export interface MappingDocument {
  readonly version: 1;
  readonly source: string;
  readonly choices: Choices;
  /** object -> columns, in file order. */
  readonly objects: Readonly<Record<string, readonly ColumnMapping[]>>;
}

export type DuplicateDecision =
  | {
      readonly position: number;
      readonly kind: 'keep';
      readonly shared: boolean;
      /** Would have been merged with this one, but both are in Odoo already. */
      readonly doubleOf?: number;
    }
  | { readonly position: number; readonly kind: 'merge'; readonly into: number }
  | { readonly position: number; readonly kind: 'queue'; readonly with: readonly number[] };

export interface Composed {
  readonly planned: readonly PlannedRecord[];
  readonly issues: readonly Issue[];
  /** Where a record ends that plans nothing; without it, it waits in the review queue. */
  readonly settled?: { readonly state: 'merged' | 'excluded'; readonly into: string };
}

/** What a child record hangs on. */
export interface Parent {
  readonly model: 'res.partner' | 'crm.lead';
  /** Key of the planned record. */
  readonly key: string;
}

export type ParentAnswer =
  /** Never one that itself waits: what hangs on that waits too. */
  | { readonly kind: 'found'; readonly contact: ContactHit }
  /** It names nobody, and need not. */
  | { readonly kind: 'none' }
  | { readonly kind: 'orphan'; readonly issue: Issue }
  | { readonly kind: 'ambiguous'; readonly issue: Issue };

/** Turns staged records into planned ones. Holds only what must be seen once: tags, companies, owners. */
/** What mapping a record leaves behind beside what it becomes. Plain data: it goes from thread to thread. */
export interface Met {
  readonly shared: readonly PlannedRecord[];
  readonly owners: readonly Owner[];
  readonly teams: readonly MetTeam[];
}

export interface MetTeam {
  readonly name: string;
  /** Owner's key, and how many contacts of the team are his. */
  readonly owned: readonly (readonly [owner: string, contacts: number])[];
}

export interface Mapper {
  /** Feeds the users and groups objects; before the contacts. Returns issues (user without e-mail…). */
  learn(record: StagedRecord): readonly Issue[];
  identify(record: StagedRecord): Identity;
  /**
   * `merged` are the records that were merged into this one, newest first: they fill gaps; what they contradict becomes
   * a note. `key`: what the contact is planned under, where one of them was loaded before; `loaded`: whether a planned
   * key is in Odoo already.
   */
  contact(
    record: StagedRecord,
    merged: readonly StagedRecord[],
    key?: string,
    loaded?: (key: string) => boolean,
  ): Composed;
  /** Name of the object that the record belongs to, of the two it may. */
  parentObject(record: StagedRecord): string | undefined;
  parentOf(record: StagedRecord, index: ContactIndex): ParentAnswer;
  /** Every shape but user, group and partner. `contacts` finds others that the record names. */
  child(record: StagedRecord, parent: Parent | null, contacts: ContactIndex): Composed;
  /** Sortable: UTC `YYYY-MM-DD HH:MM:SS` where it has a date, then its version: children of one parent are loaded in this order. */
  childOrder(record: StagedRecord): string;
  /** Key of the planned record that a record becomes. */
  keyOf(record: Pick<StagedRecord, 'object' | 'key'>): string;
  /** What it met since it was last asked, for `meet` of another mapper. */
  news(): Met;
  /** Takes over what another met, as if it had met it itself. */
  meet(met: Met): void;
  /** Tags, companies, stages … met so far, each once, planned in their steps. Call last. */
  shared(): readonly PlannedRecord[];
  owners(): readonly Owner[];
}

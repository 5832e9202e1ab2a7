/**
 * The contract every source fulfils. A source declares what it has; code only where the CRM misbehaves.
 * Nothing here knows Odoo or the store.
 */
import type { Readable } from 'node:stream';
import type { Emit } from '../core/events.ts';
import type { Issue, StagedRecord } from '../core/record.ts';

/** How a slot's text is read. */
export type SlotType =
  | 'text'
  | 'longtext'
  /** Markup, cleaned before it is shown; any other text is shown letter by letter. */
  | 'html'
  | 'email'
  | 'phone'
  | 'date'
  | 'datetime'
  | 'boolean'
  | 'integer'
  | 'float'
  | 'list'
  | 'key';

/** A meaning that a column of the source can have. */
export interface Slot {
  readonly name: string;
  readonly label: string;
  readonly type: SlotType;
  /** Headers that mean this slot, in any case, spacing and punctuation. */
  readonly synonyms: readonly string[];
}

/**
 * What a source object becomes; each has a composer in the mapping. `inventory` moves nothing: it is written down.
 * `detail` is part of another record: the source joins it, and says to which in the slot `belongs_to`:
 * `<object>:<key>`, `definition`, `missing:<slot>` where that slot names nothing, `ring:<slot>:<ring>` where it goes round.
 */
export type Shape =
  | 'user'
  | 'group'
  | 'partner'
  | 'lead'
  | 'message'
  | 'task'
  | 'event'
  | 'attachment'
  | 'optout'
  | 'template'
  | 'campaign'
  | 'detail'
  | 'inventory';

/** A kind of thing at the source. */
export interface SourceObject {
  readonly name: string;
  readonly label: string;
  readonly plural: string;
  /** What it becomes: decides which composer of the mapping makes Odoo records of it. */
  readonly shape: Shape;
  readonly slots: readonly Slot[];
  /** The object this one belongs to (notes belong to contacts): the slot of its name, else `record_id`, says to which. */
  readonly parent?: string;
  /** What it belongs to where it names no parent: a note may stand on a contact instead of a case. */
  readonly otherParent?: string;
  /** For what is not moved: what a person does with it in Odoo; a sentence for the inventory. */
  readonly rebuild?: string;
  /** Other names a file of this object has, without spaces and punctuation. */
  readonly fileNames?: readonly string[];
}

export interface SourceDeclaration {
  /** Lower case, stands in external ids. */
  readonly id: string;
  readonly name: string;
  /** Custom fields made in Odoo begin with this. */
  readonly fieldPrefix: string;
  /** IANA zone of the source's clock; date-times without a zone are read in it. */
  readonly timeZone: string;
  /** Country whose phone and state conventions apply when a record names none. */
  readonly country: string;
  readonly objects: readonly SourceObject[];
  /** Traps of this source that a scope should name; each a sentence a customer understands. */
  readonly traps: readonly string[];
}

export type InferredType =
  | 'empty'
  | 'text'
  | 'longtext'
  | 'email'
  | 'phone'
  | 'url'
  | 'date'
  | 'datetime'
  | 'boolean'
  | 'integer'
  | 'float'
  | 'choice'
  | 'list';

/** What the values of one column look like; from every value, not from a sample. */
export interface ColumnProfile {
  readonly type: InferredType;
  readonly rows: number;
  readonly filled: number;
  /** Distinct non-empty values, counted up to 1,000. */
  readonly distinct: number;
  readonly maxLength: number;
  /** Up to 5 different examples, each cut to 80 characters. */
  readonly examples: readonly string[];
  /** For `choice`, `list`, and a `text` of few different values: each with its count, most frequent first. */
  readonly options?: readonly { readonly value: string; readonly count: number }[];
  /**
   * Where there are dates: the order the values agree on; `ambiguous` when no value tells day from month;
   * `mixed` when some are of one order and some of another.
   */
  readonly dateOrder?: 'mdy' | 'dmy' | 'ymd' | 'ambiguous' | 'mixed';
  /** For `list`: the character between the values. */
  readonly separator?: string;
  /** Values that do not fit `type` (31/02 in a date column), counted, with up to 5 examples and their lines. */
  readonly misfits: {
    readonly count: number;
    readonly examples: readonly { readonly value: string; readonly line: number }[];
  };
}

/** What the source itself says a column is; it goes before what the values look like. */
export interface DeclaredField {
  readonly label: string;
  readonly type:
    'text' | 'longtext' | 'integer' | 'float' | 'date' | 'datetime' | 'boolean' | 'choice' | 'list';
  /** In the source's order, `[value as in the records, label]`; for `choice`. */
  readonly options?: readonly (readonly [string, string])[];
  readonly help: string;
}

export interface SourceColumn {
  /** Unique in its file: the header, `header (2)` for a repeated one, `column 7` for an empty one. */
  readonly id: string;
  readonly header: string;
  readonly index: number;
  /** The slot it was recognised as, or null: then it is a custom field until somebody says otherwise. */
  readonly slot: string | null;
  /** 0..1. Below 0.8 a person must confirm. */
  readonly confidence: number;
  readonly reason: string;
  readonly alternatives: readonly string[];
  readonly profile: ColumnProfile;
  readonly declared?: DeclaredField;
  /** Why it needs no place in the destination, where the source knows: proposed to be dropped. */
  readonly spare?: string;
}

export interface SourceFile {
  readonly object: string;
  /** Of its headers: what a person settled about them holds for the next export too. */
  readonly fingerprint: string;
  readonly confidence: number;
  readonly reason: string;
  readonly path: string;
  /** An encoding, or `xlsx` or `json`. */
  readonly encoding: string;
  readonly delimiter: string;
  readonly headerLine: number;
  readonly sha256: string;
  readonly bytes: number;
  readonly rows: number;
  /** Rows that are no readable records, and wait; none where it is left out. */
  readonly torn?: number;
  readonly columns: readonly SourceColumn[];
}

/** A file that lies nowhere: what a source read through an API, made to look like one. */
export const isVirtual = (file: Pick<SourceFile, 'path'>): boolean => file.path.startsWith('api:');

/** What an inspection found; deterministic for the same bytes and decisions. */
export interface Inspection {
  readonly files: readonly SourceFile[];
  /** Files that were not understood or are not needed, and why: nothing is skipped silently. */
  readonly skipped: readonly { readonly path: string; readonly reason: string }[];
  /** Of times that name no zone, where the export itself says it; else the declaration does. */
  readonly timeZone?: string;
  /** What a person should know before going on (rows cut, encodings mixed, plan cap near). */
  readonly notices: readonly string[];
}

/** A row that is no record: kept with its text, reported, never dropped silently. */
export interface RejectedRow extends Issue {
  readonly file: string;
  readonly line: number;
  /** First 2,000 characters of the row as it stood. */
  readonly text: string;
}

export type Extracted =
  | { readonly kind: 'records'; readonly records: readonly StagedRecord[] }
  | { readonly kind: 'rejected'; readonly row: RejectedRow };

/** What a person settled in waybill.yaml about the files. */
export interface SourceDecisions {
  /** Path (as in SourceFile.path) -> object name, or `skip`. */
  readonly files?: Readonly<Record<string, string>>;
  /** Object -> column id -> slot name, or `custom`. */
  readonly columns?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Fingerprint of the headers -> what it holds, and column id -> slot name, or `custom`. */
  readonly tables?: Readonly<
    Record<
      string,
      {
        readonly object?: string | undefined;
        readonly columns?: Readonly<Record<string, string>> | undefined;
      }
    >
  >;
  /** Path -> encoding name, when the guess is wrong. */
  readonly encodings?: Readonly<Record<string, string>>;
}

/** What a record was called when it was loaded: people, and other tables, may call it so still. */
export interface LoadedName {
  readonly object: string;
  readonly key: string;
  readonly name: string;
}

export interface Source {
  readonly declaration: SourceDeclaration;
  /** A quick look for a source that takes long to read: what answers, in sentences. Without it, `inspect` is quick. */
  probe?(signal: AbortSignal): Promise<readonly string[]>;
  /**
   * Reads everything once and says what is there. Throws WB_SOURCE_* / WB_ARCHIVE_UNSAFE. Idempotent.
   * What takes long tells how far it is; broken off, the next call goes on with what was read. `loaded`: the numbers
   * under which an earlier extraction went to the destination (slots `number` and `former_numbers`).
   */
  inspect(signal: AbortSignal, emit?: Emit, loaded?: readonly LoadedName[]): Promise<Inspection>;
  /** Streams one file's records in file order, in chunks of at most 1,000, in constant memory. May be called again. */
  extract(file: SourceFile, signal: AbortSignal): AsyncIterable<Extracted>;
  /** Everything is in the staging store: what was kept to go on from is no longer needed. */
  done?(): void;
  /** The bytes of a file that a record points at (slot `file`). Throws WB_FILE_MISSING. */
  openFile(file: string): Promise<Readable>;
}

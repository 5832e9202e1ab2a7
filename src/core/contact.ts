/** Who is who: shared by the mapping, which decides, and the store, which remembers. */

/** What makes a contact the same as another. */
export interface Identity {
  readonly position: number;
  readonly key: string;
  /** Lower case, trimmed; empty when there is none or it is no address. */
  readonly email: string;
  readonly otherEmail: string;
  /** Lower case, spaces folded, accents kept. */
  readonly name: string;
  /** Last edit as ISO text, or empty; the newest of a merged group leads. */
  readonly edited: string;
}

/** How a child record (a note) finds the contact it belongs to. The engine answers these from the store. */
export interface ContactIndex {
  /** Contacts with this record id (two, when the export repeats an id). */
  byKey(key: string): readonly ContactHit[];
  /** Contacts with this address, first or second. */
  byEmail(email: string): readonly ContactHit[];
}
export interface ContactHit {
  readonly position: number;
  readonly key: string;
  readonly name: string;
  /** As in Identity. */
  readonly email: string;
  readonly otherEmail: string;
  /** The PlannedRecord key of the partner it ended in (itself, or the one it was merged into); empty when it is queued or excluded. */
  readonly partner: string;
}
export interface Owner {
  /** `owner.<hash>`, what Refs point at. */
  readonly key: string;
  /** As written at the source: a name, an e-mail, an id. */
  readonly label: string;
  /** Known when the users file names it, or the label is itself an address. */
  readonly email: string;
  readonly name: string;
  /** At the source; null when not known. */
  readonly active: boolean | null;
  /** Whether the source's own list of users has him. */
  readonly listed: boolean;
}

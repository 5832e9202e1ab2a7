/** What the sample firm is made of. */

export interface FirmOptions {
  readonly seed: number;
  readonly cases: number;
  readonly contacts: number;
  readonly notes: number;
  readonly communications: number;
  readonly documents: number;
}

/** A day, or a moment on the firm's own clock in London. */
export interface Day {
  readonly day: string;
  readonly time?: string;
}
export type FirmCell = string | number | boolean | Day | null;
export interface FirmTable {
  readonly name: string;
  readonly headers: readonly string[];
  readonly rows: readonly (readonly FirmCell[])[];
}
export interface FirmDocument {
  readonly path: string;
  readonly content: Buffer;
}
export type FirmFormat = 'csv' | 'xlsx' | 'json';

export interface SampleFirm {
  readonly tables: readonly FirmTable[];
  readonly documents: readonly FirmDocument[];
  /** Shown within letters; no row names them. */
  readonly pictures: readonly FirmDocument[];
  readonly workflows: readonly FirmDocument[];
  /** The rows of a table as objects, values as in the JSON form. */
  rows(table: string): Record<string, string | number | boolean | null>[];
  writeTo(folder: string, format: FirmFormat): Promise<void>;
  /** The tables alone, as CSV beside each other. */
  writeTables(folder: string): void;
}

/** What the parts of the sample account share. */

export interface SampleOptions {
  readonly seed: number;
  readonly contacts: number;
  readonly notes: number;
}

export interface SampleContact {
  readonly id: string;
  readonly first: string;
  readonly last: string;
  readonly email: string;
  readonly company: string;
  readonly phones: readonly string[];
  readonly street: string;
  readonly city: string;
  readonly state: string;
  readonly zip: string;
  readonly owner: string;
  readonly created: string;
  readonly tags: readonly string[];
  readonly groups: readonly string[];
  readonly second: { readonly first: string; readonly last: string; readonly email: string } | null;
  /** Column label -> text as exported. */
  readonly custom: Readonly<Record<string, string>>;
}

export const SAMPLE_USERS = [
  { id: '0', name: 'Olivia Owner', email: 'admin@example.com', active: 'Yes' },
  { id: '1', name: 'Sam Seller', email: 'sam@example.com', active: 'Yes' },
  { id: '2', name: 'Priya Partner', email: 'priya@example.com', active: 'Yes' },
  { id: '3', name: 'Tom Temp', email: 'tom@example.com', active: 'No' },
  { id: '4', name: 'Lucía Lead', email: 'lucia@example.com', active: 'Yes' },
  { id: '5', name: 'Gone Gary', email: 'gary@elsewhere.example', active: 'No' },
] as const;

/** What a status of the source means for a pipeline: whether it is open, won, lost, or put aside. */
export const STATUSES = ['active', 'won', 'lost', 'back burner'] as const;
export type Status = (typeof STATUSES)[number];

export const isStatus = (text: string): text is Status =>
  (STATUSES as readonly string[]).includes(text);

/** AllClients' numbers and words (GetDeals, AddDeal); then what other CRMs say of work that has ended. */
const KNOWN: readonly (readonly [RegExp, Status])[] = [
  [/^(2|won)$/, 'won'],
  [/^(3|lost)$/, 'lost'],
  [/^(4|back ?burner)$/, 'back burner'],
  [/^(closed?|completed?|settled|finished|billed|paid|concluded)$/, 'won'],
  [/^(declined|withdrawn|abandoned|rejected|cancell?ed|dead|closed[ -]+lost)$/, 'lost'],
];

export const guessStatus = (text: string): Status =>
  KNOWN.find(([words]) => words.test(text.trim().toLowerCase()))?.[1] ?? 'active';

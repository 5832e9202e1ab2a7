/** What a real server may do, each switched on by itself. All off: the shapes that the documentation shows. */
export interface Quirks {
  /** Blank fields as empty elements instead of left out. */
  emptyElements: boolean;
  /** Texts as CDATA. */
  cdata: boolean;
  /** An element nobody has documented on every contact. */
  unknownElements: boolean;
  /** Wrong closing tags, containers in themselves, markup in texts, as in the documentation's samples. */
  malformed: boolean;
  /** The contact says its flags itself. */
  flagsInContact: boolean;
  /** Category and source only by filter, or by id beside the contact. */
  lists: 'names' | 'ids' | 'filter';
  /** The server gives smaller pages than it is asked for. */
  pageLimit: number;
  ignoreOffset: boolean;
  /** The last contact of a page comes again on the next. `changed`: and differs. */
  repeats: 'none' | 'same' | 'changed';
  /** Where the functions are; a white label may have them elsewhere. */
  apiPath: string;
  /** Functions this white label has not: HTTP 404. */
  lacks: ReadonlySet<string>;
  /** Functions that this key may not call, though it opens the account. */
  refuses: ReadonlySet<string>;
  /** GetTeamMembers is for resellers. */
  membersRefused: boolean;
  /** Listed, and gone when asked about. */
  vanished: ReadonlySet<string>;
  /** The statistics name no contact. */
  vagueStatistics: boolean;
  todoCap: number;
  appointmentCap: number;
  /** The uncapped statistics of appointments are cut after all. */
  statsCap: number;
  /** Days between start and end beyond which the statistics refuse. */
  longestSpan: number;
  /** File names whose link never works, whose first link has expired, whose bytes are fewer than they should be. */
  badLinks: ReadonlySet<string>;
  expiredLinks: ReadonlySet<string>;
  wrongBytes: ReadonlySet<string>;
  /** File names whose first download breaks off half-way. */
  cutDownloads: ReadonlySet<string>;
}

const NONE: ReadonlySet<string> = new Set();

export const NO_QUIRKS: Quirks = {
  emptyElements: false,
  cdata: false,
  unknownElements: false,
  malformed: false,
  flagsInContact: false,
  lists: 'names',
  pageLimit: 1_000,
  ignoreOffset: false,
  repeats: 'none',
  apiPath: '/api/2',
  lacks: NONE,
  refuses: NONE,
  membersRefused: false,
  vanished: NONE,
  vagueStatistics: false,
  todoCap: 2_500,
  appointmentCap: 500,
  statsCap: Number.MAX_SAFE_INTEGER,
  longestSpan: Number.MAX_SAFE_INTEGER,
  badLinks: NONE,
  expiredLinks: NONE,
  wrongBytes: NONE,
  cutDownloads: NONE,
};

/** What happens to one call instead of its answer. */
export type Fault =
  'http-500' | 'html' | 'cut' | 'truncated' | 'rate-limit' | 'busy-text' | 'slow' | 'refused';

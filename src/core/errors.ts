/**
 * Every failure a person can meet has one code here, classed by what the engine does next.
 * `docs/errors.md` has a heading per code; a test holds the two together in both directions.
 */

/** fatal: stop. retriable: try again later. record: this record's fault, go on. uncertain: ask Odoo what happened. */
export type ErrorClass = 'fatal' | 'retriable' | 'record' | 'uncertain';

/** Exit codes of the command line, by outcome; see docs/errors.md. */
export const EXIT = {
  done: 0,
  fault: 1,
  usage: 2,
  gate: 3,
  differences: 4,
  unreachable: 5,
  conflicts: 6,
  stopped: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const code = <C extends ErrorClass>(errorClass: C, exit: ExitCode, title: string) =>
  ({ class: errorClass, exit, title }) as const;

export const ERRORS = {
  // project and configuration
  WB_USAGE: code('fatal', EXIT.usage, 'The command line is not right'),
  WB_PROJECT_NOT_FOUND: code('fatal', EXIT.usage, 'There is no Waybill project in this folder'),
  WB_PROJECT_EXISTS: code('fatal', EXIT.usage, 'The folder already holds a project'),
  WB_CONFIG_INVALID: code('fatal', EXIT.usage, 'waybill.yaml is not valid'),
  WB_KEY_MISSING: code('fatal', EXIT.usage, 'No API key was given'),
  WB_NO_SCOPE: code('fatal', EXIT.usage, 'The source was not extracted yet'),
  // store
  WB_STORE_LOCKED: code('fatal', EXIT.usage, 'Another Waybill is working on this project'),
  WB_STORE_NEWER: code('fatal', EXIT.usage, 'The store was written by a newer Waybill'),
  WB_STORE_DAMAGED: code('fatal', EXIT.fault, 'The store failed its integrity check'),
  WB_DISK_FULL: code('fatal', EXIT.fault, 'The disk is full'),
  WB_FOLDER_UNWRITABLE: code('fatal', EXIT.usage, 'The project folder cannot be written'),
  // source files
  WB_SOURCE_MISSING: code('fatal', EXIT.unreachable, 'The export cannot be found or read'),
  WB_SOURCE_EMPTY: code('fatal', EXIT.usage, 'The export holds no records'),
  WB_SOURCE_NO_CONTACTS: code(
    'fatal',
    EXIT.usage,
    'No file in the export looks like a contact export',
  ),
  WB_SOURCE_NO_CASES: code('fatal', EXIT.usage, 'No table of the export looks like cases'),
  WB_DOCUMENT_STRANGER: code(
    'record',
    EXIT.differences,
    'A file of the export belongs to no record',
  ),
  WB_SOURCE_AMBIGUOUS: code('fatal', EXIT.usage, 'The export can be read in two ways'),
  WB_SOURCE_UNREACHABLE: code(
    'retriable',
    EXIT.unreachable,
    "The source's API cannot be reached or does not answer",
  ),
  WB_SOURCE_LOGIN: code('fatal', EXIT.unreachable, "The source's API refuses the account or key"),
  WB_SOURCE_ACCOUNT: code('fatal', EXIT.unreachable, 'The key opens another account'),
  WB_SOURCE_NOT_API: code(
    'fatal',
    EXIT.unreachable,
    "The address answers, but not as the source's API",
  ),
  WB_CONNECTOR_INVALID: code('fatal', EXIT.usage, 'The connector file is not valid'),
  WB_CONNECTOR_LOOP: code('fatal', EXIT.unreachable, 'The API gives the same page again and again'),
  WB_SOURCE_CALL: code('record', EXIT.differences, "A call to the source's API failed"),
  WB_SOURCE_DIFFERS: code(
    'record',
    EXIT.differences,
    'Export and API do not hold the same records',
  ),
  WB_SOURCE_GONE: code('record', EXIT.differences, 'A record disappeared while it was being read'),
  WB_ARCHIVE_UNSAFE: code('fatal', EXIT.usage, 'The archive is not safe to open'),
  WB_ROW_SHAPE: code('record', EXIT.differences, 'A row has too few or too many cells'),
  WB_ROW_QUOTES: code('record', EXIT.differences, 'A row has broken quotes'),
  WB_ROW_NUL: code('record', EXIT.differences, 'A cell holds NUL bytes'),
  WB_ROW_FORMULA: code('record', EXIT.differences, 'A formula of a workbook was never computed'),
  WB_CELL_TOO_LARGE: code('record', EXIT.differences, 'A cell is too large'),
  WB_DUPLICATE_KEY: code('record', EXIT.differences, 'Two records carry one record id'),
  // mapping and gates
  WB_MAPPING_INVALID: code('fatal', EXIT.usage, 'mapping.yaml is not valid'),
  WB_MAPPING_STALE: code('fatal', EXIT.gate, 'The mapping no longer fits the export'),
  WB_MAPPING_UNDECIDED: code('fatal', EXIT.gate, 'Columns of the mapping wait for a decision'),
  WB_GATE_MAPPING: code('fatal', EXIT.gate, 'The mapping is not approved'),
  WB_GATE_SAMPLE: code('fatal', EXIT.gate, 'No sample of this mapping is approved'),
  WB_DELTA_TOO_EARLY: code('fatal', EXIT.gate, 'There is nothing yet that a delta could follow'),
  WB_DELTA_OTHER_ACCOUNT: code(
    'fatal',
    EXIT.gate,
    'The new export does not look like the same account',
  ),
  WB_DELTA_CONFLICT: code('record', EXIT.differences, 'Changed at the source and in Odoo'),
  WB_DELTA_DELETED: code('record', EXIT.differences, 'Deleted at the source, still in Odoo'),
  WB_VALUE_INVALID: code('record', EXIT.differences, 'A value does not fit its field'),
  WB_VALUE_UNMAPPED: code(
    'record',
    EXIT.differences,
    'A stage or status is not in the map of values',
  ),
  WB_VALUE_AMBIGUOUS: code('record', EXIT.differences, 'A value can be read in two ways'),
  WB_DUPLICATE_CONTACT: code('record', EXIT.differences, 'Contacts share an e-mail address'),
  WB_DUPLICATE_LOADED: code(
    'record',
    EXIT.differences,
    'Contacts that would be merged are in Odoo already',
  ),
  WB_MATCH_AMBIGUOUS: code('record', EXIT.differences, 'Several Odoo records match one contact'),
  WB_NOTE_ORPHAN: code('record', EXIT.differences, 'A note belongs to no contact'),
  WB_NOTE_AMBIGUOUS: code('record', EXIT.differences, 'A note could belong to several contacts'),
  WB_PARENT_MISSING: code('record', EXIT.differences, 'A record belongs to nothing that was found'),
  WB_PARENT_AMBIGUOUS: code('record', EXIT.differences, 'A record could belong to several others'),
  WB_PARENT_RING: code('record', EXIT.differences, 'Records point at each other in a ring'),
  WB_FILE_MISSING: code('record', EXIT.differences, 'The bytes of an attachment are not there'),
  WB_FILE_CHANGED: code(
    'record',
    EXIT.differences,
    'A file is not what it was when it was looked at',
  ),
  WB_FILE_TOO_LARGE: code(
    'record',
    EXIT.differences,
    'A file is larger than Odoo takes in one request',
  ),
  WB_TEMPLATE_MERGE_FIELD: code(
    'record',
    EXIT.differences,
    'A merge field of a template has no equivalent',
  ),
  WB_TEMPLATE_PICTURE: code(
    'record',
    EXIT.differences,
    'A picture of a template is not shown from Odoo',
  ),
  WB_OWNER_UNKNOWN: code('record', EXIT.differences, 'An owner is not a user in Odoo'),
  // destination
  WB_ODOO_UNREACHABLE: code('retriable', EXIT.unreachable, 'Odoo cannot be reached'),
  WB_ODOO_NOT_ODOO: code('fatal', EXIT.unreachable, 'The address answers, but not as Odoo'),
  WB_ODOO_DATABASE: code('fatal', EXIT.unreachable, 'The Odoo database does not exist'),
  WB_ODOO_LOGIN: code('fatal', EXIT.unreachable, 'Odoo refuses the login or the API key'),
  WB_ODOO_RIGHTS: code('fatal', EXIT.unreachable, 'The Odoo user lacks a right'),
  WB_ODOO_READ_ONLY: code('fatal', EXIT.unreachable, 'The Odoo database takes no writes'),
  WB_ODOO_MODULE: code('fatal', EXIT.unreachable, 'An Odoo app that is needed is not installed'),
  WB_ODOO_BUSY: code('retriable', EXIT.unreachable, 'Odoo is busy or restarting'),
  WB_ODOO_RECORD: code('record', EXIT.differences, 'Odoo refuses a record'),
  WB_ODOO_UNCERTAIN: code(
    'uncertain',
    EXIT.unreachable,
    'It is not known whether Odoo did the call',
  ),
  WB_ODOO_FAULT: code('fatal', EXIT.unreachable, 'Odoo failed in a way Waybill does not know'),
  WB_DATABASE_CHANGED: code(
    'fatal',
    EXIT.gate,
    'This is not the Odoo database the project wrote to',
  ),
  WB_DATABASE_TAKEN: code(
    'fatal',
    EXIT.gate,
    'Another project loaded the same source into this Odoo',
  ),
  // outcomes
  WB_HANDOFF_TOO_EARLY: code('fatal', EXIT.gate, 'There is nothing yet to hand over'),
  WB_AUDIT_BROKEN: code('fatal', EXIT.differences, 'The audit log was changed'),
  WB_STOPPED: code('fatal', EXIT.stopped, 'Stopped; can be resumed'),
  WB_ROLLBACK_CONFLICTS: code('fatal', EXIT.conflicts, 'Rollback kept records that people changed'),
  WB_FAULT: code('fatal', EXIT.fault, 'A fault of Waybill'),
} as const;

export type ErrorCode = keyof typeof ERRORS;

export interface ErrorDetail {
  /** The next command to type or setting to change. */
  readonly next?: string;
  /** Where: file, row, column, object, record. */
  readonly place?: string;
  readonly cause?: unknown;
  /** Machine-readable extras (never secrets, never tracebacks). */
  readonly data?: Readonly<Record<string, unknown>>;
}

/** An error with a code. Anything thrown that is not one of these is a fault of ours. */
export class WaybillError extends Error {
  readonly code: ErrorCode;
  readonly next: string | undefined;
  readonly place: string | undefined;
  readonly data: Readonly<Record<string, unknown>>;

  constructor(errorCode: ErrorCode, message: string, detail: ErrorDetail = {}) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.name = 'WaybillError';
    this.code = errorCode;
    this.next = detail.next;
    this.place = detail.place;
    this.data = detail.data ?? {};
  }

  get class(): ErrorClass {
    return ERRORS[this.code].class;
  }

  get exit(): ExitCode {
    return ERRORS[this.code].exit;
  }
}

export const isWaybillError = (error: unknown, errorCode?: ErrorCode): error is WaybillError =>
  error instanceof WaybillError && (errorCode === undefined || error.code === errorCode);

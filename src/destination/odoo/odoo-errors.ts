/**
 * Odoo's failures as Waybill's, classed by Odoo's exception class. The HTTP status alone misleads: a wrong
 * selection value comes as 500 `builtins.ValueError`, though it is the record's fault for ever.
 * Tracebacks (`debug`) are dropped here: they hold paths, queries and customers' data.
 */
import { WaybillError, type ErrorCode, type ErrorDetail } from '../../core/errors.ts';
import { HttpFailure, type HttpAnswer } from '../../lib/http.ts';
import { redact } from '../../lib/redact.ts';
import type { OdooAddress } from './transport.ts';

/** What Odoo said: the Python class (`odoo.exceptions.ValidationError`) and its message. */
export interface OdooFault {
  readonly name: string;
  readonly message: string;
}

/** Which call failed. `write`: it may have changed something, so not knowing its outcome matters. */
export interface CallPlace {
  readonly what: string;
  readonly address: OdooAddress;
  readonly write: boolean;
}

const LONGEST_MESSAGE = 500;
const MOST_WAIT_S = 120;

const NEXT: Partial<Record<ErrorCode, string>> = {
  WB_ODOO_LOGIN:
    'Check "login" in waybill.yaml and the key in WAYBILL_ODOO_API_KEY. Keys expire: make a new one in Odoo (Preferences, Account Security).',
  WB_ODOO_DATABASE:
    'Correct "db" in waybill.yaml. For an Odoo Online it is the first part of the address.',
  WB_ODOO_RIGHTS:
    'Give the user the right in Odoo (Administration: Settings covers all that Waybill needs), or use the key of one who has it.',
  WB_ODOO_READ_ONLY:
    'The database takes no writes: point "url" and "db" in waybill.yaml at the Odoo that people work in, or have its administrator let it be written to; then run the same command again.',
  WB_ODOO_MODULE: 'Install the app in Odoo, then run the same command again.',
  WB_ODOO_NOT_ODOO: 'Check "url" in waybill.yaml: it must be the address of Odoo itself.',
  WB_ODOO_UNREACHABLE:
    'Check "url" in waybill.yaml and that Odoo runs; then run the same command again.',
  WB_ODOO_BUSY: 'Wait a little, then run the same command again; it goes on where it stopped.',
  WB_ODOO_RECORD: 'Correct the value at the source or in mapping.yaml, then run again.',
  WB_ODOO_UNCERTAIN:
    'Run the same command again: it asks Odoo what happened before it does anything else.',
  WB_ODOO_FAULT: "Look into Odoo's own log at this time; then run the same command again.",
  WB_STOPPED: 'Run the same command again; it goes on where it stopped.',
};

/** Every message names the call, the host and the database. */
export function odooError(
  code: ErrorCode,
  place: CallPlace,
  message: string,
  detail: ErrorDetail = {},
): WaybillError {
  const where = `${place.what} on ${hostOf(place.address.url)}, database "${place.address.db}"`;
  const text = redact(`${where}: ${message}`).slice(0, LONGEST_MESSAGE);
  return new WaybillError(code, text, { ...(NEXT[code] && { next: NEXT[code] }), ...detail });
}

const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : url);

const words = (...names: readonly string[]): RegExp => new RegExp(`(^|\\.)(${names.join('|')})$`);

/**
 * By the last part of the class name; the first match counts. What is not here is a fault nobody foresaw.
 * Busy: PostgreSQL rolled the transaction back, so even a write is known not to have happened.
 */
const CLASSES: readonly (readonly [RegExp, ErrorCode])[] = [
  [words('AccessDenied', 'Unauthorized', 'SessionExpiredException'), 'WB_ODOO_LOGIN'],
  [words('AccessError'), 'WB_ODOO_RIGHTS'],
  [words('ReadOnlySqlTransaction'), 'WB_ODOO_READ_ONLY'],
  [
    words(
      'SerializationFailure',
      'TransactionRollbackError',
      'DeadlockDetected',
      'LockNotAvailable',
      'QueryCanceled(Error)?',
      'LockError',
      'ConcurrencyError',
      'PoolError',
      'TooManyRequests',
      'ServiceUnavailable',
    ),
    'WB_ODOO_BUSY',
  ],
  [
    words(
      'ValidationError',
      'UserError',
      'RedirectWarning',
      'MissingError',
      'except_orm',
      '(Value|Type|Key|Index|Attribute|Assertion|Overflow|UnicodeEncode)Error',
      'IntegrityError',
      'DataError',
      'ParserError',
      'UnprocessableEntity',
      '(Unique|NotNull|ForeignKey|Restrict|Check|Exclusion)Violation',
      'StringDataRightTruncation',
      'InvalidDatetimeFormat',
      'InvalidTextRepresentation',
      'NumericValueOutOfRange',
      'ProgramLimitExceeded',
      'UntranslatableCharacter',
      'RequestEntityTooLarge',
      'MemoryError',
    ),
    'WB_ODOO_RECORD',
  ],
];

const TOO_LARGE = words('RequestEntityTooLarge', 'MemoryError');

/** The database server went away in mid-call: of a write nobody knows whether it was committed. */
const CONNECTION = words(
  'OperationalError',
  'InterfaceError',
  'AdminShutdown',
  'CrashShutdown',
  'CannotConnectNow',
);

export function faultToError(fault: OdooFault, place: CallPlace): WaybillError {
  const message = firstLines(fault.message) || fault.name || 'Odoo gave no reason';
  if (isMissingDatabase(fault)) return odooError('WB_ODOO_DATABASE', place, message);
  if (isMissingModel(fault)) return odooError('WB_ODOO_MODULE', place, message);
  const said = redact(message).slice(0, LONGEST_MESSAGE);
  const tooLarge = TOO_LARGE.test(fault.name);
  const data = { data: { odooClass: fault.name, said, ...(tooLarge && { tooLarge }) } };
  if (CONNECTION.test(fault.name)) return odooError(unknown(place), place, message, data);
  const known = CLASSES.find(([pattern]) => pattern.test(fault.name));
  return odooError(known?.[1] ?? 'WB_ODOO_FAULT', place, message, data);
}

const isMissingDatabase = ({ message }: OdooFault): boolean =>
  /database .* does not exist|database not found|no database is selected/i.test(message);

/** 19 over JSON-2; 14 to 19 over JSON-RPC; the bare KeyError of a registry. */
const isMissingModel = ({ name, message }: OdooFault): boolean =>
  /the model '[\w.]+' does not exist|^Object [\w.]+ doesn't exist/i.test(message) ||
  (name.endsWith('KeyError') && /^'?[a-z_]+(\.[a-z_]+)+'?$/.test(message.trim()));

/** After the first sentences Odoo may go on with a whole row, a button's definition or a traceback. */
const firstLines = (text: string): string =>
  (text.split(/\nTraceback|\nDETAIL|\n\{'type'/)[0] ?? '').replace(/\s+/g, ' ').trim();

const unknown = (place: CallPlace): ErrorCode =>
  place.write ? 'WB_ODOO_UNCERTAIN' : 'WB_ODOO_BUSY';

/** An answer that is no JSON of Odoo's: a proxy speaking, or something else than Odoo. */
export function answerToError(answer: HttpAnswer, place: CallPlace): WaybillError {
  const { status } = answer;
  const said = `HTTP ${status}, ${answer.type.split(';')[0] || 'no content'}`;
  if (status === 429 || status === 503)
    return odooError('WB_ODOO_BUSY', place, `${said}: it asks to wait`, retryData(answer));
  if (isMissingDatabase({ name: '', message: answer.text }))
    return odooError('WB_ODOO_DATABASE', place, 'Odoo does not have this database');
  if (status === 500 && place.what === 'login')
    return odooError('WB_ODOO_DATABASE', place, 'Odoo cannot open this database');
  // A proxy gave up waiting, or a page came in place of the answer: the work may be committed a second later.
  if (status >= 500 || (place.write && status < 300))
    return odooError(unknown(place), place, `${said}: the answer was lost on the way`);
  if (status === 413)
    return odooError('WB_ODOO_RECORD', place, `${said}: larger than the server takes`, {
      next: 'Set options.batchSize in waybill.yaml lower.',
      data: { tooLarge: true },
    });
  if (status === 401 || status === 403) return odooError('WB_ODOO_LOGIN', place, said);
  return odooError('WB_ODOO_NOT_ODOO', place, `${said}${redirect(answer)}: not an answer of Odoo`);
}

const redirect = ({ location }: HttpAnswer): string => (location ? ` to ${location}` : '');

/** Both forms of the header: seconds and a date. */
function retryData({ retryAfter = '' }: HttpAnswer): ErrorDetail {
  const number = Number(retryAfter);
  const seconds = Number.isNaN(number) ? (Date.parse(retryAfter) - Date.now()) / 1000 : number;
  return seconds > 0 ? { data: { retryAfterMs: Math.min(seconds, MOST_WAIT_S) * 1000 } } : {};
}

/** For a call's `catch`: throws what the failure means; anything else is thrown as it is. */
export function toOdooError(error: unknown, place: CallPlace): never {
  if (!(error instanceof HttpFailure)) throw error;
  throw failureToError(error, place);
}

function failureToError(failure: HttpFailure, place: CallPlace): WaybillError {
  const stopped = failure.aborted && (!failure.sent || !place.write);
  if (stopped) return odooError('WB_STOPPED', place, 'stopped before the answer came');
  if (!failure.sent) return odooError('WB_ODOO_UNREACHABLE', place, failure.message);
  return odooError(unknown(place), place, `no answer came (${failure.message})`);
}

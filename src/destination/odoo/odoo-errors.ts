/**
 * Odoo's failures as Waybill's, classed by Odoo's exception class. The HTTP status alone misleads: a wrong
 * selection value comes as 500 `builtins.ValueError`, though it is the record's fault for ever.
 * Tracebacks (`debug`) are dropped here: they hold paths, queries and customers' data.
 */
import { WaybillError, type ErrorCode, type ErrorDetail } from '../../core/errors.ts';
import { HttpFailure, type HttpAnswer } from '../../lib/http.ts';
import { redact } from '../../lib/redact.ts';

/** What Odoo said: the Python class (`odoo.exceptions.ValidationError`) and its message. */
export interface OdooFault {
  readonly name: string;
  readonly message: string;
}

const LONGEST_MESSAGE = 500;

const NEXT: Partial<Record<ErrorCode, string>> = {
  WB_ODOO_LOGIN: 'Check the login in waybill.yaml and the key in WAYBILL_ODOO_API_KEY. Keys expire: make a new one in Odoo (Preferences, Account Security).',
  WB_ODOO_DATABASE: 'Correct "db" in waybill.yaml. The name stands in Odoo under Settings, or in the address of an Odoo Online.',
  WB_ODOO_RIGHTS: 'Give the user the right in Odoo (Administration: Settings covers all that Waybill needs), or use the key of one who has it.',
  WB_ODOO_MODULE: 'Install the app in Odoo, then run the same command again.',
  WB_ODOO_NOT_ODOO: 'Check "url" in waybill.yaml: it must be the address of Odoo itself.',
  WB_ODOO_UNREACHABLE: 'Check "url" in waybill.yaml and that Odoo runs; then run the same command again.',
  WB_ODOO_BUSY: 'Wait a little, then run the same command again; it goes on where it stopped.',
  WB_ODOO_UNCERTAIN: 'Run the same command again: it asks Odoo what happened before it does anything else.',
  WB_ODOO_FAULT: "Look into Odoo's own log at this time; then run the same command again.",
};

const make = (code: ErrorCode, message: string, detail: ErrorDetail = {}): WaybillError =>
  new WaybillError(code, redact(message).slice(0, LONGEST_MESSAGE), { ...(NEXT[code] && { next: NEXT[code] }), ...detail });

/** By the last part of the class name; what is not here is a fault nobody foresaw. */
const CLASSES: readonly (readonly [RegExp, ErrorCode])[] = [
  [/(AccessDenied|Unauthorized)$/, 'WB_ODOO_LOGIN'],
  [/AccessError$/, 'WB_ODOO_RIGHTS'],
  [/(SerializationFailure|TransactionRollbackError|DeadlockDetected|LockNotAvailable|LockError|ConcurrencyError|PoolError|TooManyRequests|ServiceUnavailable)$/, 'WB_ODOO_BUSY'],
  [/(ValidationError|UserError|RedirectWarning|MissingError|ValueError|TypeError|KeyError|IntegrityError|UniqueViolation|NotNullViolation|ForeignKeyViolation|RestrictViolation|CheckViolation|DataError|StringDataRightTruncation|InvalidDatetimeFormat|NumericValueOutOfRange|UntranslatableCharacter|ParserError|except_orm|UnprocessableEntity|AssertionError)$/, 'WB_ODOO_RECORD'],
];

/** `what` names the call (model.method at host, database). */
export function faultToError(fault: OdooFault, what: string, db: string): WaybillError {
  const message = firstLines(fault.message);
  if (/database .* does not exist|no database|Database not found/i.test(fault.message)) return make('WB_ODOO_DATABASE', `Odoo has no database "${db}".`);
  if (isMissingModel(fault)) return make('WB_ODOO_MODULE', `${what}: this Odoo does not have that model (${message}).`);
  const code = CLASSES.find(([pattern]) => pattern.test(fault.name))?.[1] ?? (/OperationalError|InterfaceError/.test(fault.name) ? 'WB_ODOO_BUSY' : 'WB_ODOO_FAULT');
  return make(code, `${what}: ${message || fault.name}`);
}

const isMissingModel = (fault: OdooFault): boolean =>
  /the model '?[\w.]+'? does not exist/i.test(fault.message) || /Object [\w.]+ doesn't exist/.test(fault.message) || (fault.name.endsWith('NotFound') && /model/i.test(fault.message)) || (fault.name.endsWith('KeyError') && /^'?[a-z_]+(\.[a-z_]+)+'?$/.test(fault.message.trim()));

/** Odoo's messages may carry a whole row or a traceback after the first sentences. */
const firstLines = (text: string): string => (text.split(/\n\s*\n|\nTraceback|\nDETAIL/)[0] ?? '').replace(/\s+/g, ' ').trim();

/** An answer that is no JSON of Odoo's: a proxy speaking, or something else than Odoo. */
export function answerToError(answer: HttpAnswer, what: string, write: boolean): WaybillError {
  const said = `${what}: HTTP ${answer.status}`;
  if (answer.status === 429 || answer.status === 503) return make('WB_ODOO_BUSY', `${said}; it asks to wait.`, retryData(answer));
  // The proxy gave up waiting; the work may be committed a second later.
  if (answer.status >= 500) return make(write ? 'WB_ODOO_UNCERTAIN' : 'WB_ODOO_BUSY', `${said} from a proxy in front of Odoo.`);
  if (answer.status === 413) return make('WB_ODOO_RECORD', `${said}: the request is larger than the server takes.`, { next: 'Set options.batchSize in waybill.yaml lower.' });
  if (answer.status === 401 || answer.status === 403) return make('WB_ODOO_LOGIN', `${said}.`);
  return make('WB_ODOO_NOT_ODOO', `${said}, and the answer is ${answer.type || 'not JSON'}, not Odoo's.`);
}

const retryData = (answer: HttpAnswer): ErrorDetail => {
  const seconds = Number(answer.retryAfter);
  return Number.isFinite(seconds) && seconds > 0 ? { data: { retryAfterMs: Math.min(seconds, 120) * 1000 } } : {};
};

export function failureToError(failure: HttpFailure, what: string, write: boolean): WaybillError {
  if (!failure.sent) return make('WB_ODOO_UNREACHABLE', `${what}: ${failure.message}.`);
  if (failure.aborted) return make(write ? 'WB_ODOO_UNCERTAIN' : 'WB_STOPPED', `${what}: stopped before the answer came.`);
  return make(write ? 'WB_ODOO_UNCERTAIN' : 'WB_ODOO_BUSY', `${what}: the connection was cut before the answer came (${failure.message}).`);
}

export const odooError = make;

/** Everything a command says: results on standard output, all else on standard error. */
import { ERRORS, EXIT, isWaybillError, type ExitCode } from '../core/errors.ts';
import { redact } from '../lib/redact.ts';

export const say = (text: string): void => void process.stderr.write(`${redact(text)}\n`);

/** One JSON object with --json, else text. */
export function printResult(json: boolean, result: unknown, text: string): void {
  process.stdout.write(json ? `${JSON.stringify(result)}\n` : `${text}\n`);
}

/** Says what failed, where, and what to type next. Never a traceback, never a secret. Returns the exit code. */
export function printError(error: unknown, json: boolean): ExitCode {
  const known = isWaybillError(error);
  const code = known ? error.code : 'WB_FAULT';
  const message = redact(error instanceof Error ? error.message : String(error));
  const next = known
    ? error.next
    : 'Please report this with the command and the text above; the project is unharmed and can be resumed.';
  if (json)
    process.stdout.write(
      `${JSON.stringify({ error: { code, message, ...(next && { next: redact(next) }), ...(known && error.place && { place: error.place }) } })}\n`,
    );
  say(
    `${ERRORS[code].title} (${code})\n  ${message}${known && error.place && !message.includes(error.place) ? `\n  Where: ${error.place}` : ''}${next ? `\n  Next:  ${next}` : ''}`,
  );
  if (!known && process.env['WAYBILL_DEBUG'] && error instanceof Error) say(error.stack ?? '');
  return known ? error.exit : EXIT.fault;
}

/** Rows as aligned columns; numbers to the right. */
export function table(rows: readonly (readonly (string | number)[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => String(row[column] ?? '').length)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          typeof cell === 'number'
            ? String(cell).padStart(widths[column] ?? 0)
            : cell.padEnd(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

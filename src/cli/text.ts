/** Results as text for a terminal. */
import type { MappingState } from '../app/mapping.ts';
import type { PlanNumbers, RunResult } from '../app/migrate.ts';
import type { Status } from '../app/report.ts';
import type { Scope } from '../app/scope.ts';
import { ERRORS, type ErrorCode } from '../core/errors.ts';
import type { RollbackTotals } from '../engine/rollback-totals.ts';
import type { Verification } from '../engine/verify.ts';
import { filesText } from '../report/scope.ts';
import { lostText } from '../report/verdict.ts';
import { table } from './print.ts';
import { count } from './progress.ts';

const KEPT_SHOWN = 20;

export function scopeText({ inspection, objects, files: bytes, traps, inventory }: Scope): string {
  const files = table([
    ['file', 'object', 'rows', 'columns', 'encoding'],
    ...inspection.files.map((file) => [
      file.path,
      file.object,
      file.rows,
      file.columns.length,
      file.encoding,
    ]),
  ]);
  const unsure = inspection.files.flatMap((file) =>
    file.columns
      .filter((column) => column.slot !== null && column.confidence < 0.8)
      .map(
        (column) =>
          `  ${file.path}: "${column.id}" may be ${column.slot} (${Math.round(column.confidence * 100)}%: ${column.reason})`,
      ),
  );
  return [
    files,
    objects
      .map(
        (one) =>
          `${count(one.records)} ${one.object} records${one.rejectedRows > 0 ? `, ${count(one.rejectedRows)} rows rejected` : ''}`,
      )
      .join('; '),
    filesText(bytes),
    ...inspection.skipped.map((file) => `Left out: ${file.path}: ${file.reason}`),
    ...inspection.notices.map((text) => `Note: ${text}`),
    ...(unsure.length > 0 ? ['Not sure about:', ...unsure] : []),
    ...(traps.length > 0
      ? ['Good to know about this source:', ...traps.map((text) => `  ${text}`)]
      : []),
    `What does not move is written down in ${inventory.html}`,
  ].join('\n');
}

export function mappingText({ document, hash, undecided, approvedBy }: MappingState): string {
  const parts = Object.entries(document.objects).map(([object, columns]) => {
    const rows = columns.map((one) => [
      `  ${one.column}`,
      one.to === 'custom' ? `custom ${one.custom?.name ?? ''}` : one.to,
      `${Math.round(one.confidence * 100)}%`,
      one.reason,
    ]);
    return `${object}\n${table(rows)}`;
  });
  const choices = table(
    Object.entries(document.choices).map(([name, value]) => [`  ${name}`, String(value)]),
  );
  const state =
    undecided.length > 0
      ? `${undecided.length} column(s) wait for a decision`
      : approvedBy
        ? `approved by ${approvedBy}`
        : 'not approved yet';
  return `${parts.join('\n')}\nchoices\n${choices}\nMapping ${hash.slice(0, 12)}: ${state}.`;
}

export function planText(plan: PlanNumbers): string {
  const steps = table([
    ['step', 'model', 'planned', 'there', 'to do'],
    ...plan.steps.map((one) => [one.step, one.model, one.planned, one.there, one.toDo]),
  ]);
  const fresh = plan.fields.filter((field) => !field.exists);
  const queue = plan.queued.map(
    (one) => `  ${count(one.n)} × ${ERRORS[one.code as ErrorCode].title}`,
  );
  return [
    steps,
    `${fresh.length} custom field(s) to make, ${plan.fields.length - fresh.length} there already.`,
    ...(queue.length > 0 ? ['In the review queue:', ...queue] : []),
    plan.freeze,
  ].join('\n');
}

export function verificationText(verification: Verification): string {
  const bad = verification.fields
    .filter((field) => field.equal < field.checked)
    .map(
      (field) =>
        `  ${field.model}.${field.field}: ${count(field.checked - field.equal)} of ${count(field.checked)} differ`,
    );
  return [
    `Read back ${count(verification.values)} values of ${count(verification.records)} records: ${verification.differences === 0 ? 'none differs' : `${count(verification.differences)} differ`}${verification.missing > 0 ? `, ${count(verification.missing)} records are missing` : ''}.`,
    ...bad,
  ].join('\n');
}

export const balanceText = (balances: boolean): string =>
  balances
    ? 'Every source record is accounted for.'
    : 'Some source records are not accounted for: see the report.';

export const lateText = (late: number): string[] =>
  late > 0
    ? [
        `${count(late)} older or re-dated note(s) went into a dated summary note that each contact got.`,
      ]
    : [];

/** A run creates what Odoo lacks; what it has already is a delta's to change. */
const outdatedText = (n: number): string[] =>
  n === 0
    ? []
    : [
        `${count(n)} ${n === 1 ? 'record' : 'records'} in Odoo came from other values, or of a source record that is gone: waybill delta brings them up to date.`,
      ];

export function runText(result: RunResult): string {
  const { created, updated, matched, settled } = result.totals;
  const queue = result.open.map(
    (one) => `  ${count(one.n)} × ${ERRORS[one.code as ErrorCode].title}`,
  );
  return [
    `Run ${result.run} on ${result.environment}: ${count(created)} created, ${count(updated)} updated, ${count(matched)} recognised${settled > 0 ? `, ${settled} open batch(es) of an earlier run settled` : ''}${result.reassigned > 0 ? `, ${count(result.reassigned)} record(s) given to their owner` : ''}.`,
    ...lateText(result.late),
    verificationText(result.verification),
    balanceText(result.balances),
    ...outdatedText(result.outdated),
    ...(queue.length > 0 ? ['Waiting for you (waybill review):', ...queue] : []),
    ...(result.certificate === null
      ? []
      : [`Nothing was left to do. Certificate: ${result.certificate}`]),
  ].join('\n');
}

export function rollbackText(totals: RollbackTotals, dryRun: boolean): string {
  const would = dryRun ? 'Would remove' : 'Removed';
  const kept = totals.kept
    .slice(0, KEPT_SHOWN)
    .map((one) => `  ${one.model} ${one.resId} (${one.key}): ${one.reason}`);
  const more =
    totals.kept.length > KEPT_SHOWN
      ? [`  … and ${totals.kept.length - KEPT_SHOWN} more (--json lists all)`]
      : [];
  return [
    `${would} ${count(totals.removed)}, ${dryRun ? 'restore' : 'restored'} ${count(totals.restored)}, ${dryRun ? 'keep' : 'kept'} ${count(totals.kept.length)}.`,
    ...kept,
    ...more,
  ].join('\n');
}

export function statusText(now: Status): string {
  const rows = now.balance.map((one) => [
    `  ${one.object}`,
    ...Object.entries(one.counts).map(([name, n]) => `${name} ${count(n)}`),
  ]);
  return [
    `${now.project}, environment ${now.environment}`,
    `Export: ${now.extracted ? 'read' : 'not read yet'}. Mapping: ${now.mapping}. Sample: ${now.sample}. Last run: ${now.lastRun ? `${now.lastRun.state} (${now.lastRun.startedAt})` : 'none'}.`,
    ...(rows.length > 0 ? [table(rows)] : []),
    ...now.balance.flatMap(lostText).map((text) => `Not balanced: ${text}.`),
    `${count(now.openReview)} item(s) in the review queue${now.differences === null ? '' : `; ${count(now.differences)} difference(s) at the last verification`}.`,
    `Next: ${now.next}`,
  ].join('\n');
}

/** The sentence a tired person reads first. */
import type { ReportModel } from './model.ts';

export interface Verdict {
  readonly mood: 'good' | 'look' | 'bad' | 'none';
  readonly text: string;
}

export const number = (n: number): string => n.toLocaleString('en-US');

export function verdictOf(model: ReportModel): Verdict {
  if (!model.run) return { mood: 'none', text: 'Nothing was loaded yet.' };
  const pending = model.balance.reduce((sum, one) => sum + (one.counts['pending'] ?? 0), 0);
  const lost = model.balance.flatMap(lostText);
  const differ = (model.verification?.differences ?? 0) + (model.verification?.missing ?? 0);
  const open = model.review.open.reduce((sum, one) => sum + one.n, 0);
  const text = [
    pending > 0 || lost.length > 0
      ? `Not balanced: ${[...(pending > 0 ? [`${number(pending)} records are not accounted for`] : []), ...lost].join('; ')}.`
      : 'Balanced: every source record is accounted for.',
    ...model.balance
      .filter((one) => one.counts['loaded'])
      .map(
        (one) =>
          `${number(one.counts['loaded'] ?? 0)} of ${number(one.extracted)} ${one.object} records loaded.`,
      ),
    model.verification
      ? `${number(model.verification.values)} values read back, ${differ === 0 ? 'none differs' : `${number(differ)} differ`}.`
      : 'Nothing was read back yet.',
    open === 1
      ? 'One item waits for you.'
      : open > 1
        ? `${number(open)} items wait for you.`
        : 'Nothing waits for you.',
  ].join(' ');
  return {
    mood:
      pending > 0 || lost.length > 0 || differ > 0 || model.run.state !== 'done'
        ? 'bad'
        : open > 0
          ? 'look'
          : 'good',
    text,
  };
}

/** The source's own count against what the store holds; nothing when they agree. */
export const lostText = ({
  object,
  extracted,
  lost,
}: Pick<ReportModel['balance'][number], 'object' | 'extracted' | 'lost'>): string[] =>
  lost === 0
    ? []
    : [
        `the source has ${number(extracted)} ${object} rows, the store ${number(extracted - lost)} (run: waybill scope, then waybill run)`,
      ];

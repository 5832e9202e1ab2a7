/** The report in a screenful of terminal. */
import type { ReportModel } from './model.ts';
import { number, verdictOf } from './verdict.ts';

export function reportText(model: ReportModel): string {
  const balance = model.balance.map(
    (one) =>
      `  ${one.object}: ${number(one.extracted)} = ${
        Object.entries(one.counts)
          .filter(([, n]) => n > 0)
          .map(([name, n]) => `${number(n)} ${name}`)
          .join(' + ') || '0'
      }`,
  );
  const open = model.review.open.map((one) => `  ${number(one.n)} × ${one.title}`);
  return [
    model.title,
    verdictOf(model).text,
    ...balance,
    ...(open.length > 0 ? ['In the review queue:', ...open] : []),
  ].join('\n');
}

import { page, table, utc } from './parts.ts';
import { number } from './verdict.ts';

export interface CertificateModel {
  readonly title: string;
  readonly at: string;
  readonly environment: string;
  readonly database: string;
  readonly run: number;
  readonly mappingHash: string;
  readonly files: readonly {
    readonly path: string;
    readonly sha256: string;
    readonly rows: number;
  }[];
  readonly balance: readonly {
    readonly object: string;
    readonly extracted: number;
    readonly counts: Readonly<Record<string, number>>;
  }[];
  readonly records: number;
  readonly values: number;
}

export const certificateHtml = (model: CertificateModel): string =>
  page({
    title: model.title,
    when: `${model.environment}: database ${model.database}. Run ${model.run}, ${utc(model.at)}.`,
    verdict: {
      mood: 'good',
      text: `A second full run created nothing and changed nothing. All ${number(model.values)} values of ${number(model.records)} Odoo records were read back and are as they were sent. Every source record is accounted for.`,
    },
    sections: [
      [
        'balance',
        'Every record of the source',
        table(
          'By where it ended',
          [
            'Object',
            'Extracted',
            'Loaded',
            'Merged',
            'Excluded',
            'In the review queue',
            'Rejected',
          ],
          model.balance.map((one) => [
            one.object,
            one.extracted,
            ...['loaded', 'merged', 'excluded', 'queued', 'rejected'].map(
              (name) => one.counts[name] ?? 0,
            ),
          ]),
          '',
        ),
      ],
      [
        'what',
        'Made from',
        `<p>Mapping ${model.mappingHash}</p>${table(
          'Files',
          ['File', 'Rows', 'sha256'],
          model.files.map((file) => [file.path, file.rows, file.sha256]),
          '',
        )}`,
      ],
    ],
  });

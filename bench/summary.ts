/** Numbers of the rounds as one table. A ratio is taken within a round, where both sides met the same machine. */
import type { ApiResult } from './api.ts';
import type { FilesResult } from './files.ts';
import { RIVALS, type Rival, type Round } from './load.ts';
import type { PipelineResult } from './pipeline.ts';
import type { Rate } from './rivals.ts';

export interface Line {
  readonly what: string;
  /** Median over the rounds. */
  readonly perSecond: number;
  /** Waybill's rate over this one's; null on Waybill's own lines. */
  readonly waybillIs: number | null;
}

const NAMES: Readonly<Record<Rival, string>> = {
  oneByOne: 'contacts: one create per record, as most scripts do',
  loadCalls: 'contacts: load(), 100 rows a call, three connections',
  shell: 'contacts: create in batches of 500 inside one odoo shell, no RPC',
  quietShell: "contacts: the same in Waybill's context",
  plainNotes: 'notes: create, 500 a call, without the extra values',
  plainNotesTwo: 'notes: the same on two connections',
};
const AGAINST: Readonly<Record<Rival, 'contacts' | 'notes'>> = {
  oneByOne: 'contacts',
  loadCalls: 'contacts',
  shell: 'contacts',
  quietShell: 'contacts',
  plainNotes: 'notes',
  plainNotesTwo: 'notes',
};

const rate = ({ records, seconds }: Rate): number => records / seconds;

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle)] ?? 0)) / 2;
}

export function summarise(rounds: readonly Round[]): Line[] {
  const own = (what: string, of: (round: Round) => Rate): Line => ({
    what: `Waybill: ${what}`,
    perSecond: median(rounds.map((round) => rate(of(round)))),
    waybillIs: null,
  });
  return [
    own('contacts, external ids included', ({ waybill }) => waybill.contacts),
    own('notes', ({ waybill }) => waybill.notes),
    ...RIVALS.map((way) => ({
      what: NAMES[way],
      perSecond: median(rounds.map((round) => rate(round[way]))),
      waybillIs: median(
        rounds.map((round) => rate(round.waybill[AGAINST[way]]) / rate(round[way])),
      ),
    })),
    own('all records, loading', ({ waybill }) => waybill.load),
    own('all records, reading back and comparing', ({ waybill }) => waybill.verify),
    own('all records, rolling back', ({ waybill }) => waybill.rollback),
  ];
}

export const loadRows = (lines: readonly Line[]): (string | number)[][] => [
  ['', 'records/s', 'Waybill is'],
  ...lines.map(({ what, perSecond, waybillIs }) => [
    what,
    Math.round(perSecond),
    waybillIs === null ? '' : `${waybillIs.toFixed(1)} x`,
  ]),
];

export function pipelineRows(result: PipelineResult): (string | number)[][] {
  const total = Object.values(result.steps).reduce((sum, seconds) => sum + seconds, 0);
  return [
    ['pipeline without Odoo', 'seconds'],
    ...Object.entries(result.steps).map(([step, seconds]) => [step, seconds.toFixed(1)]),
    ['records/s', Math.round(result.records / total)],
    ['records per second of processor time', Math.round(result.records / result.cpuSeconds)],
    ['peak memory, MB', Math.round(result.peakRssMb)],
  ];
}

export const filesRows = (results: readonly FilesResult[]): (string | number)[][] => [
  ['one file into Odoo', 'MB', 'seconds', 'peak memory, MB', 'with 1 byte, MB', 'arrived'],
  ...results.map(({ odoo, megabytes, seconds, peakMb, basePeakMb, arrived }) => [
    odoo,
    megabytes,
    seconds.toFixed(1),
    Math.round(peakMb),
    Math.round(basePeakMb),
    String(arrived),
  ]),
];

export const apiRows = (result: ApiResult): (string | number)[][] => [
  ['through the API', ''],
  ['contacts', result.contacts],
  ['calls foretold', result.foretold],
  ['calls made, without attachments', result.calls - result.attachmentCalls],
  ['of these a second time', result.twice],
  ['calls that the account makes necessary', result.necessary],
  ['calls for attachments', result.attachmentCalls],
  ['foretold at two calls a second', result.foretoldTime],
  ['seconds at full speed', Math.round(result.seconds)],
  ['peak memory, MB', Math.round(result.peakMb)],
];

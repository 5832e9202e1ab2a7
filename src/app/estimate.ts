/** Grade, timeline, price and hours of run time, each with its reason. Rules, no guessing. */
import { TARGETS } from '../mapping/targets.ts';
import type { Inspection, SourceDeclaration } from '../source/source.ts';
import { CONNECTORS } from './connectors.ts';
import { DEFAULT_CARD, type Grade, type RateCard } from './rate-card.ts';

/** What an estimate is made from: a scope, or numbers typed in. */
export interface Basis {
  readonly source: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly attachmentBytes: number;
  readonly customColumns: number;
  readonly unsureColumns: number;
  readonly columns: number;
  /** Through an API instead of a finished export. */
  readonly api: boolean;
  /** Odoo Online limits the calls; a server of one's own does not. */
  readonly hosted: boolean;
  /** Records per second as the sample measured them. */
  readonly measured: number | null;
}

export interface Factor {
  readonly name: string;
  readonly points: 0 | 1 | 2 | 3;
  readonly why: string;
}

export interface Estimate {
  readonly grade: Grade;
  readonly factors: readonly Factor[];
  readonly records: number;
  readonly runHours: number;
  readonly rate: {
    readonly recordsPerSecond: number;
    readonly from: 'the sample' | 'the rate card';
  };
  readonly workingDays: number;
  /** Null: more than two million records are scoped individually. */
  readonly price: {
    readonly amount: number;
    readonly currency: string;
    readonly parts: readonly string[];
  } | null;
  readonly individually: boolean;
}

export const INDIVIDUALLY_FROM = 2_000_000;

export function estimate(basis: Basis, card: RateCard = DEFAULT_CARD): Estimate {
  const declaration = CONNECTORS[basis.source]?.declaration;
  const records = sum(Object.values(basis.counts));
  const factors = [
    compatibility(basis, declaration),
    clarity(basis),
    limits(basis),
    volume(records),
  ];
  const grade = gradeOf(factors);
  const rate = basis.measured ?? card.recordsPerSecond;
  const seconds = records / rate + basis.attachmentBytes / 1_000_000 / card.megabytesPerSecond;
  const individually = records > INDIVIDUALLY_FROM;
  return {
    grade,
    factors,
    records,
    runHours: Math.ceil((seconds / 3_600) * 10) / 10,
    rate: {
      recordsPerSecond: rate,
      from: basis.measured === null ? 'the rate card' : 'the sample',
    },
    workingDays: card.days[grade] + Math.ceil(seconds / 3_600 / 24),
    price: individually ? null : price(basis, declaration, card, grade),
    individually,
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

/** 0 to 12 points; a single 3 makes at least a C. */
function gradeOf(factors: readonly Factor[]): Grade {
  const total = sum(factors.map((one) => one.points));
  const worst = Math.max(...factors.map((one) => one.points));
  if (total >= 8) return 'D';
  if (total >= 5 || worst === 3) return 'C';
  return total >= 2 ? 'B' : 'A';
}

const level = (value: number, limits: readonly [number, number, number]): Factor['points'] =>
  value > limits[2] ? 3 : value > limits[1] ? 2 : value > limits[0] ? 1 : 0;

function compatibility(basis: Basis, declaration: SourceDeclaration | undefined): Factor {
  const used = (declaration?.objects ?? []).filter((one) => (basis.counts[one.name] ?? 0) > 0);
  const judged = used.filter((one) => TARGETS[one.shape].compatibility === 'mapping required');
  const rebuilt = used.filter((one) => TARGETS[one.shape].compatibility === 'inventory only');
  const names = (list: typeof used): string => list.map((one) => one.plural).join(', ') || 'none';
  return {
    name: 'object compatibility',
    points: level(judged.length + rebuilt.length, [1, 3, 5]),
    why: `of ${used.length} kinds of records, to be mapped by judgement: ${names(judged)}; to be rebuilt by hand: ${names(rebuilt)}`,
  };
}

const clarity = ({ columns, unsureColumns, customColumns }: Basis): Factor => ({
  name: 'mapping clarity',
  points: level(unsureColumns * 3 + customColumns, [10, 40, 120]),
  why: `${columns} columns, ${unsureColumns} of them not recognised for sure, ${customColumns} custom`,
});

const limits = ({ api, hosted, attachmentBytes }: Basis): Factor => {
  const many = attachmentBytes > 20_000_000_000;
  return {
    name: 'API limits',
    points: level(Number(api) + Number(hosted) + Number(many), [0, 1, 2]),
    why: [
      api ? 'read through an API whose limits are not published' : 'read from a finished export',
      hosted
        ? 'written to a hosted Odoo, which limits calls'
        : 'written to an Odoo without a call limit',
      ...(many ? ['more than 20 GB of files'] : []),
    ].join('; '),
  };
};

const volume = (records: number): Factor => ({
  name: 'volume',
  points: level(records, [20_000, 150_000, 600_000]),
  why: `${records.toLocaleString('en-US')} records`,
});

function price(
  basis: Basis,
  declaration: SourceDeclaration | undefined,
  card: RateCard,
  grade: Grade,
): Estimate['price'] {
  const items = sum(
    (declaration?.objects ?? [])
      .filter((one) => one.shape === 'inventory')
      .map((one) => basis.counts[one.name] ?? 0),
  );
  const work = card.hours[grade] * card.perHour;
  const inventory = items * card.perInventoryItem;
  return {
    amount: card.project[grade] + work + inventory,
    currency: card.currency,
    parts: [
      `project of grade ${grade}: ${card.project[grade]}`,
      `${card.hours[grade]} hours at ${card.perHour}: ${work}`,
      ...(items > 0
        ? [`${items} things to rebuild at ${card.perInventoryItem}: ${inventory}`]
        : []),
      'no fee per record',
    ],
  };
}

/** From what the scope found. */
export function basisOf(
  declaration: SourceDeclaration,
  inspection: Inspection,
  counts: Readonly<Record<string, number>>,
  where: Pick<Basis, 'api' | 'hosted' | 'attachmentBytes'>,
  measured: number | null,
): Basis {
  const columns = inspection.files.flatMap((file) => file.columns);
  return {
    source: declaration.id,
    counts,
    ...where,
    columns: columns.length,
    customColumns: columns.filter((one) => one.slot === null && one.profile.filled > 0).length,
    unsureColumns: columns.filter((one) => one.slot !== null && one.confidence < 0.8).length,
    measured,
  };
}

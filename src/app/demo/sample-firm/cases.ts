/** Cases with their labels and what was changed in them. */
import { at, caseId, clientOf, contactId, on, records, table } from './making.ts';
import { CASE_TYPES, FIRM_STAGES, FIRM_USERS, LABELS, STATUSES } from './names.ts';
import type { FirmCell, FirmOptions, FirmTable } from './types.ts';

export function casesTable(options: FirmOptions): FirmTable {
  const rows = records(options, 3, options.cases, (random, index): FirmCell[] => {
    const stage = random.int(FIRM_STAGES.length);
    const status = stage === FIRM_STAGES.length - 1 ? 'Closed' : random.pick(STATUSES);
    const opened = on(random);
    return [
      caseId(index),
      `DOEJ/${String(index).padStart(5, '0')}/24`,
      `${random.pick(CASE_TYPES)} ${index}: ${random.pick(['escape of water', 'fire, kitchen', 'sale of "Rose Cottage"', 'theft'])}`,
      `Line one of ${index}.\nLine two, with <angle> brackets & more.`,
      'Insurance',
      random.pick(CASE_TYPES),
      contactId(clientOf(options, index)),
      `YR-${index}`,
      random.pick(FIRM_USERS).name,
      random.pick(FIRM_USERS).name,
      'fixed',
      String(100 + random.int(5_000)) + '.50',
      status,
      FIRM_STAGES[stage] ?? '',
      random.pick(['Low', 'Normal', 'High']),
      opened,
      on(random, 2025),
      status === 'Closed' ? on(random, 2025) : null,
      random.chance(0.6) ? [random.pick(LABELS), random.pick(LABELS)].join('; ') : '',
      { day: opened.day, time: '09:15' },
      at(random, 2024),
      true,
    ];
  });
  return table(
    'cases',
    'id number title description practice_area case_type client client_reference partner fee_earner fee_type fee_amount status stage priority opened_on planned_completion_on closed_on labels created_at updated_at active',
    rows,
  );
}

export const labelsTable = (): FirmTable =>
  table('labels', 'id name parent scope', [
    ['l1', 'Property', null, 'case'],
    ['l2', 'Flood', 'l1', 'case'],
    ['l3', 'Finance', null, 'case'],
  ]);

export function auditTable(options: FirmOptions): FirmTable {
  const rows = records(options, 9, options.cases, (random, index): FirmCell[][] => [
    [
      `a${index}.2`,
      at(random, 2023),
      random.pick(FIRM_USERS).name,
      'case',
      caseId(index),
      'update',
      'status',
      'Open',
      'On hold',
    ],
    [
      `a${index}.1`,
      at(random, 2019),
      random.pick(FIRM_USERS).name,
      'case',
      caseId(index),
      'create',
      '',
      '',
      '',
    ],
  ]);
  return table('audit_log', 'id at user object_type object action field old new', rows.flat());
}

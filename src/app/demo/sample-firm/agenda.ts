/** What is to be done and when: tasks, milestones, hearings. */
import { at, caseId, on, records, table } from './making.ts';
import { FIRM_USERS } from './names.ts';
import type { FirmCell, FirmOptions, FirmTable } from './types.ts';

export function tasksTable(options: FirmOptions): FirmTable {
  const rows = records(options, 10, Math.ceil(options.cases / 3), (random, index): FirmCell[] => {
    const due = at(random, 2025);
    const done = random.chance(0.5);
    return [
      `k${index}`,
      caseId(random.int(options.cases)),
      `Chase surveyor ${index}`,
      'By phone',
      random.pick(FIRM_USERS).name,
      due,
      done ? { ...due, time: '18:00' } : null,
      done ? 'Done' : 'Open',
    ];
  });
  return table('tasks', 'id case title description assigned_to due_at completed_at status', rows);
}

export function milestonesTable(options: FirmOptions): FirmTable {
  const rows = records(options, 11, Math.ceil(options.cases / 2), (random, index): FirmCell[] => [
    caseId(index),
    'Acknowledge',
    on(random, 2024),
    random.chance(0.6) ? on(random, 2024) : null,
    true,
  ]);
  return table('case_milestones', 'case milestone due_on actual_on mandatory', rows);
}

export function eventsTable(options: FirmOptions): FirmTable {
  const rows = records(options, 12, Math.ceil(options.cases / 10), (random, index): FirmCell[] => {
    const day = on(random, 2025).day;
    return [
      `e${index}`,
      caseId(random.int(options.cases)),
      `Hearing ${index}`,
      { day, time: '10:00' },
      { day, time: '11:30' },
      false,
      'County Court',
      FIRM_USERS[0].name,
    ];
  });
  return table('events', 'id case title starts_at ends_at all_day location attendees', rows);
}

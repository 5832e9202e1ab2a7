/** Definitions of workflows, as files. */
import { CASE_TYPES, FIRM_STAGES } from './names.ts';
import type { FirmDocument } from './types.ts';

// The word of the format, not a promise's method.
// oxlint-disable-next-line unicorn/no-thenable
const THEN = 'then';

export const workflowFiles = (): FirmDocument[] =>
  CASE_TYPES.map((name) => ({
    path: `workflows/${name}.json`,
    content: Buffer.from(
      JSON.stringify(
        {
          format: 'agilecase-workflow/1',
          case_type: name,
          plan: 'Claim plan',
          milestones: [
            {
              key: 'm1',
              title: 'Open case',
              parent: null,
              anchor: 'open_date',
              days: 0,
              mandatory: true,
            },
            {
              key: 'm2',
              title: 'Acknowledge',
              parent: 'm1',
              anchor: 'milestone',
              days: 3,
              mandatory: true,
            },
          ],
          statuses: [{ key: 'open', label: 'Open', closed: false }],
          steps: FIRM_STAGES.map((label, index) => ({ key: `s${index}`, label })),
          rules: [
            {
              key: 'r1',
              when: 'milestone_completed:m2',
              if: 'status = Open',
              stage: 'Evidence',
              [THEN]: [
                { do: 'create_task', title: 'Chase client' },
                { do: 'send_email', template: 'Acknowledgement' },
              ],
              source_text: 'When Acknowledge is completed, create a task and send the letter.',
            },
            {
              key: 'r2',
              when: 'stage_changed:Settled',
              [THEN]: [{ do: 'run_script', name: 'on_close' }],
              source_text: 'run on_close',
            },
          ],
          scripts: [{ name: 'on_close', language: 'unknown', source_text: 'case.close()' }],
        },
        null,
        2,
      ),
    ),
  }));

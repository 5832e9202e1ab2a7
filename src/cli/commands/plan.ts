import type { Command } from 'commander';
import { planRun } from '../../app/migrate.ts';
import { withSession } from '../../app/session.ts';
import { perform, projectCommand, type CommonOptions } from '../command.ts';
import { planText } from '../text.ts';

export function addPlan(program: Command): void {
  projectCommand(
    program,
    'plan',
    'what a run would do to this Odoo, in numbers; writes nothing there',
    true,
  ).action((folder: string, options: CommonOptions) =>
    perform(options, (faces) =>
      withSession(folder, faces, 'write', async (session) => {
        const plan = await planRun(session, faces, options.env);
        return { result: plan, text: `${planText(plan)}\nNext: waybill run ${folder}` };
      }),
    ),
  );
}

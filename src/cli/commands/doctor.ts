import type { Command } from 'commander';
import { doctor } from '../../app/doctor.ts';
import { withSession } from '../../app/session.ts';
import { EXIT } from '../../core/errors.ts';
import { perform, projectCommand, type CommonOptions } from '../command.ts';

export function addDoctor(program: Command): void {
  projectCommand(
    program,
    'doctor',
    'check the source, Odoo, rights, versions, traps and the store',
    true,
  ).action((folder: string, options: CommonOptions) =>
    perform(options, (faces) =>
      withSession(folder, faces, 'write', async (session) => {
        const checks = await doctor(session, faces, options.env);
        const failed = checks.filter((one) => one.verdict === 'fail');
        const text = checks
          .map(
            (one) =>
              `${{ ok: ' ok ', warn: 'look', fail: 'FAIL' }[one.verdict]}  ${one.what}${one.next ? `\n      Next: ${one.next}` : ''}`,
          )
          .join('\n');
        return {
          result: { checks },
          text,
          exit: failed.length > 0 ? (failed[0]?.exit ?? EXIT.usage) : EXIT.done,
        };
      }),
    ),
  );
}

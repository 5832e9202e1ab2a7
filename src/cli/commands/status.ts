import type { Command } from 'commander';
import { status } from '../../app/report.ts';
import { withSession } from '../../app/session.ts';
import { perform, projectCommand, type CommonOptions } from '../command.ts';
import { statusText } from '../text.ts';

export function addStatus(program: Command): void {
  projectCommand(program, 'status', 'where the project stands and what to do next', true).action(
    (folder: string, options: CommonOptions) =>
      perform(options, (faces) =>
        withSession(folder, faces, 'read', (session) => {
          const now = status(session, options.env);
          return Promise.resolve({ result: now, text: statusText(now) });
        }),
      ),
  );
}

import type { Command } from 'commander';
import { writeHandoff } from '../../app/handoff.ts';
import { withSession } from '../../app/session.ts';
import { perform, projectCommand, type CommonOptions } from '../command.ts';
import { table } from '../print.ts';

export function addHandoff(program: Command): void {
  projectCommand(
    program,
    'handoff',
    'the package for the customer: one zip with reports, lists, checklists and the audit log',
    true,
  ).action((folder: string, options: CommonOptions) =>
    perform(options, (faces) =>
      withSession(folder, faces, 'write', async (session) => {
        const result = await writeHandoff(session, options.env);
        const files = table(result.files.map((file) => [`  ${file.name}`, file.about]));
        return { result, text: `${result.zip}\n${files}\nNext: open index.html in it.` };
      }),
    ),
  );
}

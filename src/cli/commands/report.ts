import type { Command } from 'commander';
import { writeReport } from '../../app/report.ts';
import { environmentOf } from '../../app/project.ts';
import { withSession } from '../../app/session.ts';
import { perform, projectCommand, type CommonOptions } from '../command.ts';

export function addReport(program: Command): void {
  projectCommand(
    program,
    'report',
    'write the report anew: one HTML file and one JSON file',
    true,
  ).action((folder: string, options: CommonOptions) =>
    perform(options, (faces) =>
      withSession(folder, faces, 'read', (session) => {
        const report = writeReport(session, environmentOf(session.project, options.env).env);
        return Promise.resolve({ result: report, text: `${report.text}\nReport: ${report.html}` });
      }),
    ),
  );
}

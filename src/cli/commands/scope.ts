import type { Command } from 'commander';
import { scope } from '../../app/scope.ts';
import { withSession } from '../../app/session.ts';
import { perform, projectCommand, type CommonOptions } from '../command.ts';
import { scopeText } from '../text.ts';

export function addScope(program: Command): void {
  projectCommand(program, 'scope', 'read the export and write down what is in it', false).action(
    (folder: string, options: CommonOptions) =>
      perform(options, (faces) =>
        withSession(folder, faces, 'write', async (session) => {
          const found = await scope(session);
          return { result: found, text: `${scopeText(found)}\nNext: waybill map ${folder}` };
        }),
      ),
  );
}

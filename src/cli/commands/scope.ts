import type { Command } from 'commander';
import { signScope } from '../../app/scope.ts';
import { writtenScope } from '../../app/written-scope.ts';
import { withSession, type Faces, type Session } from '../../app/session.ts';
import { WaybillError } from '../../core/errors.ts';
import { existingText } from '../../report/scope.ts';
import { perform, projectCommand, type CommonOptions, type Outcome } from '../command.ts';
import { scopeText } from '../text.ts';

interface ScopeOptions extends CommonOptions {
  readonly sign?: boolean;
  readonly by?: string;
}

export function addScope(program: Command): void {
  projectCommand(
    program,
    'scope',
    'read the export, look at Odoo, and write down what is in them',
    true,
  )
    .option('--sign', 'sign the numbers of the last scope; the result is reconciled against them')
    .option('--by <name>', 'who signs')
    .action((folder: string, options: ScopeOptions) =>
      perform(options, (faces) =>
        withSession(folder, faces, 'write', (session) =>
          options.sign
            ? Promise.resolve(sign(session, folder, options.by))
            : read(session, faces, folder, options),
        ),
      ),
    );
}

async function read(
  session: Session,
  faces: Faces,
  folder: string,
  options: ScopeOptions,
): Promise<Outcome> {
  const found = await writtenScope(session, faces, options.env);
  const odoo = found.odoo
    .filter((one) => one.verdict !== 'ok')
    .map((one) => `${one.what}${one.next ? ` ${one.next}` : ''}`);
  const { existing } = found;
  const known = existing
    ? [existingText(existing), ...existing.examples.map((one) => `  ${one.source}: ${one.odoo}`)]
    : [];
  return {
    result: found,
    text: [
      scopeText(found),
      ...known,
      ...odoo,
      `Scope: ${found.html}`,
      `Next: waybill map ${folder}`,
    ].join('\n'),
  };
}

function sign(session: Session, folder: string, by: string | undefined): Outcome {
  if (!by?.trim())
    throw new WaybillError('WB_USAGE', 'A signature needs a name.', {
      next: `waybill scope ${folder} --sign --by "<your name>"`,
    });
  const signed = signScope(session, by.trim());
  const numbers = Object.entries(signed.objects).map(([object, n]) => `${object} ${n}`);
  return {
    result: signed,
    text: `Scope ${signed.hash.slice(0, 12)} signed by ${signed.by}: ${numbers.join(', ')}.\nNext: waybill map ${folder}`,
  };
}

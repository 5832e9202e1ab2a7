import type { Command } from 'commander';
import { environmentOf } from '../../app/project.ts';
import type { ReviewItem } from '../../store/review.ts';
import { withSession, type Session } from '../../app/session.ts';
import { ERRORS, EXIT, WaybillError, type ErrorCode } from '../../core/errors.ts';
import { perform, projectCommand, type CommonOptions, type Outcome } from '../command.ts';
import { table } from '../print.ts';

interface ReviewOptions extends CommonOptions {
  readonly resolve?: string;
  readonly with?: string;
  readonly by?: string;
  readonly all?: boolean;
}

const SHOWN = 50;

export function addReview(program: Command): void {
  projectCommand(
    program,
    'review',
    'the queue of what waits for a person; resolve items, then run takes them',
    true,
  )
    .option('--all', `every open item, not the first ${SHOWN}`)
    .option('--resolve <id>', 'the number of an item')
    .option(
      '--with <answer>',
      'a candidate of the item, a record id, or: merge, separate, create, none, accept',
    )
    .option('--by <name>', 'who decides')
    .action((folder: string, options: ReviewOptions) =>
      perform(options, (faces) =>
        withSession(folder, faces, options.resolve ? 'write' : 'read', (session) =>
          Promise.resolve(
            options.resolve
              ? resolve(session, options, options.resolve)
              : list(session, folder, options),
          ),
        ),
      ),
    );
}

function list(session: Session, folder: string, options: ReviewOptions): Outcome {
  const { env } = environmentOf(session.project, options.env);
  const counts = session.store.review.openByCode(env);
  const items = session.store.review.list(env, true, options.all ? 1_000_000 : SHOWN);
  const total = counts.reduce((sum, one) => sum + one.n, 0);
  if (total === 0) return { result: { total, counts, items }, text: 'Nothing waits for you.' };
  const summary = table(counts.map((one) => [one.n, ERRORS[one.code as ErrorCode].title]));
  const lines = items.map(itemText);
  const more = items.length < total ? `\n… and ${total - items.length} more (--all)` : '';
  return {
    result: { total, counts, items },
    text: `${summary}\n\n${lines.join('\n')}${more}\nNext: waybill review ${folder} --resolve <id> --with <answer> --by "<your name>"`,
    exit: EXIT.differences,
  };
}

function itemText(item: ReviewItem): string {
  const column = item.column ? `, column "${item.column}"` : '';
  const raw = item.raw && !item.message.includes(item.raw) ? ` [${item.raw.slice(0, 60)}]` : '';
  const answers = answersTo(item).join(', ');
  return `#${item.id}  ${item.place}${column}: ${item.message}${raw}\n      answers: ${answers}`;
}

function resolve(session: Session, options: ReviewOptions, id: string): Outcome {
  const item = session.store.review.get(Number(id));
  if (!item)
    throw new WaybillError('WB_USAGE', `There is no review item ${id}.`, {
      next: 'waybill review lists them.',
    });
  const answer = options.with?.trim() ?? '';
  checkAnswer(session, item, answer);
  session.store.transaction(() => {
    session.store.review.resolve(item, answer, options.by?.trim() || 'unnamed');
    session.store.runs.audit(options.by?.trim() || 'unnamed', 'review item resolved', {
      item: item.id,
      object: item.object,
      key: item.key,
      code: item.code,
      answer,
    });
  });
  return {
    result: { resolved: item.id, answer },
    text: `Item ${id} resolved: ${answer}.\nNext: waybill ${item.code.startsWith('WB_DELTA') ? 'delta' : 'run'} takes it up.`,
  };
}

/** Throws WB_USAGE with what would be an answer. What belongs to another record may go to any that is on its way to Odoo. */
function checkAnswer(session: Session, item: ReviewItem, answer: string): void {
  const allowed = answersTo(item);
  const parents = seeksParent(item) ? parentsNamed(session, item, answer) : [];
  const plain = allowed.includes(answer) && answer !== ANY_PARENT;
  if (parents.length > 0 ? parents.includes(true) : plain) return;
  const why =
    parents.length > 0
      ? `Record ${answer} waits in the review queue itself: resolve that one first, then run, then this one.`
      : `"${answer}" is no answer to item ${item.id}${seeksParent(item) ? ': no record of that kind has this id' : ''}.`;
  throw new WaybillError('WB_USAGE', why, {
    place: item.place,
    next: `Answer with --with and one of: ${allowed.join(', ')}`,
  });
}

/** For each record with that id: whether it is on its way to Odoo. */
function parentsNamed(session: Session, item: ReviewItem, id: string): boolean[] {
  const { objects } = session.connector.declaration;
  const name = objects.find((one) => one.name === item.object)?.parent;
  const parent = objects.find((one) => one.name === name);
  if (!parent) return [];
  if (parent.shape === 'partner')
    return session.store.staging
      .contactIndex()
      .byKey(id)
      .map((one) => one.partner !== '');
  return session.store.staging
    .byKey(parent.name, id)
    .map((one) => !session.store.plan.isSettled(parent.name, one.position));
}

const ANY_PARENT = 'the record id it belongs to';
const PARENT_CODES = /^WB_(NOTE|PARENT)_(ORPHAN|MISSING|AMBIGUOUS)$/;
const seeksParent = ({ code }: ReviewItem): boolean => PARENT_CODES.test(code);

/** What each kind of item can be answered with. `accept`: seen, and fine as it is; what was left out stays out. */
function answersTo({ code, object, candidates }: ReviewItem): string[] {
  switch (code as ErrorCode) {
    case 'WB_DUPLICATE_CONTACT':
      return ['merge', 'separate'];
    case 'WB_DUPLICATE_KEY':
      return object === 'contact' ? ['merge', 'separate', 'accept'] : ['accept'];
    case 'WB_MATCH_AMBIGUOUS':
      return [...candidates, 'create'];
    case 'WB_NOTE_AMBIGUOUS':
    case 'WB_NOTE_ORPHAN':
      return [...candidates, ANY_PARENT, 'accept'];
    case 'WB_PARENT_AMBIGUOUS':
    case 'WB_PARENT_MISSING':
      return [...candidates, ANY_PARENT, 'none', 'accept'];
    default:
      return ['accept', ...candidates];
  }
}

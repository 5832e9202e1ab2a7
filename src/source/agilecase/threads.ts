/**
 * Which messages belong together: by message id and in-reply-to, else by subject within a case. All of a thread point at
 * its first message, as Odoo's own mail gateway does; a message that answers itself, or a ring of them, is no trap so.
 */
export interface Letter {
  readonly key: string;
  readonly case: string;
  /** Sortable; empty when it cannot be read: such a message never leads a thread. */
  readonly at: string;
  readonly messageId: string;
  readonly inReplyTo: string;
  readonly subject: string;
}

const PREFIX = /^\s*(?:(?:re|fwd?|aw|wg|antw|vs|sv)\s*(?:\[\d+\])?\s*:\s*)+/i;

/** Lower case, without Re: and Fwd:, spaces folded. */
export const threadSubject = (subject: string): string =>
  subject.replace(PREFIX, '').trim().replace(/\s+/g, ' ').toLowerCase();

/** key -> key of the thread's first message; messages that stand alone or lead are not in it. */
export function threadRoots(letters: readonly Letter[]): ReadonlyMap<string, string> {
  const groups = joined();
  const byMessageId = new Map<string, string>();
  for (const one of letters)
    if (one.messageId !== '') byMessageId.set(`${one.case}\u0000${one.messageId}`, one.key);
  for (const one of letters) {
    const answered = byMessageId.get(`${one.case}\u0000${one.inReplyTo}`);
    if (one.inReplyTo !== '' && answered !== undefined) groups.join(one.key, answered);
  }
  for (const [subject, same] of Map.groupBy(letters.filter(needsSubject), subjectOf)) {
    const [first, ...others] = same;
    if (!first || subject.endsWith('\u0000')) continue;
    // Two letters "Invoice" are no thread; an answer among them says that they are.
    if (same.some((one) => PREFIX.test(one.subject)))
      for (const other of others) groups.join(first.key, other.key);
  }
  return leaders(letters, groups.of);
}

const needsSubject = (one: Letter): boolean => one.messageId === '' && one.inReplyTo === '';
const subjectOf = (one: Letter): string => `${one.case}\u0000${threadSubject(one.subject)}`;

function leaders(
  letters: readonly Letter[],
  groupOf: (key: string) => string,
): ReadonlyMap<string, string> {
  const first = new Map<string, Letter>();
  for (const one of letters) {
    const leader = first.get(groupOf(one.key));
    if (one.at !== '' && (!leader || one.at < leader.at)) first.set(groupOf(one.key), one);
  }
  const roots = new Map<string, string>();
  for (const one of letters) {
    const leader = first.get(groupOf(one.key));
    if (leader && leader.key !== one.key) roots.set(one.key, leader.key);
  }
  return roots;
}

/** Groups that grow together. */
function joined() {
  const above = new Map<string, string>();
  const of = (key: string): string => {
    let top = key;
    for (let next = above.get(top); next !== undefined; next = above.get(top)) top = next;
    return top;
  };
  return {
    of,
    join(a: string, b: string): void {
      const [one, other] = [of(a), of(b)];
      if (one !== other) above.set(one, other);
    },
  };
}

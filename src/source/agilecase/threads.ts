/**
 * Which messages belong together: by message id and in-reply-to, where that leads nowhere by subject within a case. All
 * of a thread point at its first message, as Odoo's own mail gateway does; a ring of them is no trap so, and is said.
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

export interface Threads {
  /** key -> key of the thread's first message; messages that stand alone or lead are not in it. */
  readonly roots: ReadonlyMap<string, string>;
  /** Letters that answer themselves or each other: the key of each ring's earliest, and what to say of it. */
  readonly rings: ReadonlyMap<string, string>;
}

type Answered = (one: Letter) => Letter | undefined;

export function threadsAmong(letters: readonly Letter[]): Threads {
  const answered = answers(letters);
  return { roots: rootsOf(letters, answered), rings: ringsOf(letters, answered) };
}

function rootsOf(letters: readonly Letter[], answeredBy: Answered): Threads['roots'] {
  const groups = joined();
  const byThemselves: Letter[] = [];
  for (const one of letters) {
    const answered = answeredBy(one);
    if (answered) groups.join(one.key, answered.key);
    else byThemselves.push(one);
  }
  for (const [subject, same] of Map.groupBy(byThemselves, subjectOf)) {
    const [first, ...others] = same;
    if (!first || subject.endsWith('\u0000')) continue;
    // Two letters "Invoice" are no thread; an answer among them says that they are.
    if (same.some((one) => PREFIX.test(one.subject)))
      for (const other of others) groups.join(first.key, other.key);
  }
  return leaders(letters, groups.of);
}

/** Which letter of the same case one says that it answers. */
function answers(letters: readonly Letter[]): Answered {
  const byMessageId = new Map<string, Letter>();
  for (const one of letters)
    if (one.messageId !== '') byMessageId.set(`${one.case}\u0000${one.messageId}`, one);
  return (one) =>
    one.inReplyTo === '' ? undefined : byMessageId.get(`${one.case}\u0000${one.inReplyTo}`);
}

function ringsOf(letters: readonly Letter[], answeredBy: Answered): Threads['rings'] {
  const seen = new Set<Letter>();
  const rings = new Map<string, string>();
  for (const letter of letters) {
    const way: Letter[] = [];
    let one: Letter | undefined = letter;
    for (; one && !seen.has(one); one = answeredBy(one)) {
      seen.add(one);
      way.push(one);
    }
    const ring = one === undefined || !way.includes(one) ? [] : way.slice(way.indexOf(one));
    const [first, ...others] = ring.toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
    if (!first) continue;
    const keys = others.map(({ key }) => key).join(', ');
    rings.set(first.key, keys === '' ? 'answers itself' : `and ${keys} answer each other`);
  }
  return rings;
}

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

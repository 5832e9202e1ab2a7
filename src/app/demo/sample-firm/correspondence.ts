/** Notes, letters in threads, text messages. */
import { at, caseId, clientOf, randomOf, records, table, two } from './making.ts';
import { FIRM_USERS } from './names.ts';
import type { Day, FirmCell, FirmOptions, FirmTable } from './types.ts';

export function notesTable(options: FirmOptions): FirmTable {
  const rows = records(options, 6, options.notes, (random, index): FirmCell[] => {
    const text = random.pick([
      'Called the surveyor.',
      'Client wants <b>no</b> letters.',
      'Second line\nfollows here',
      'Grüße an Frau Müller',
    ]);
    return [
      `n${index}`,
      caseId(random.int(options.cases)),
      at(random),
      random.pick(FIRM_USERS).name,
      random.chance(0.5) ? 'Phone call' : '',
      `${text} #${index}`,
      random.chance(0.2) ? 'public' : 'internal',
    ];
  });
  return table('notes', 'id case at author subject body visibility', rows);
}

/** A PNG of one pixel. */
export const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

/** Some letters show a picture that stands in their text, some one that lies beside it, some one in the web. */
const pictureIn = (index: number): string => {
  const src = [
    `data:image/png;base64,${PIXEL.toString('base64')}`,
    'inline/logo.png',
    'https://firm.example/logo.png',
  ][(index % 15) - 3];
  return src === undefined ? '' : `<p><img src="${src}"></p>`;
};

/** Threads of three: a question, the answer, an answer to that; every other thread knows its message ids. */
export function communicationsTable(options: FirmOptions): FirmTable {
  const rows = Array.from({ length: options.communications }, (_, index): FirmCell[] => {
    const thread = Math.floor(index / 3);
    const random = randomOf(options, 7, thread);
    const of = random.int(options.cases);
    const client = `contact${clientOf(options, of)}@example${clientOf(options, of) % 5}.org`;
    const handler = random.pick(FIRM_USERS);
    const day = at(random);
    const place = index % 3;
    const when: Day = { day: day.day, time: `${two(9 + place * 3)}:${two(random.int(60))}` };
    if (thread % 5 === 4)
      return [
        `m${index}`,
        caseId(of),
        'sms',
        place === 1 ? 'in' : 'out',
        when,
        place === 1 ? '01473 200 111' : handler.name,
        place === 1 ? handler.name : '01473 200 111',
        '',
        '',
        '',
        '',
        `Text ${index}: surveyor at 10.`,
        'internal',
      ];
    const known = thread % 2 === 0;
    const id = (n: number): string => (known ? `<t${thread}.${n}@mail.example>` : '');
    return [
      `m${index}`,
      caseId(of),
      'email',
      place === 1 ? 'in' : 'out',
      when,
      place === 1 ? client : `${handler.name} <${handler.email}>`,
      place === 1 ? handler.email : client,
      place === 2 ? 'partner@firm.example' : '',
      id(place),
      place === 0 ? '' : id(place - 1),
      `${place === 0 ? '' : 'RE: '}Your claim ${thread}`,
      `<p>Dear all,</p><p>mail ${index} &amp; more<br>Regards</p>${pictureIn(index)}`,
      random.chance(0.5) ? 'public' : 'internal',
    ];
  });
  return table(
    'communications',
    'id case channel direction at from to cc message_id in_reply_to subject body visibility',
    rows,
  );
}

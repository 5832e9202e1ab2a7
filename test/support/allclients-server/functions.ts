/** What each function answers, from the account and the quirks. Facts: developers.allclients.com, per function. */
import type { Elements, HeldAccount } from './account.ts';
import type { Quirks } from './quirks.ts';
import type { Node } from './write-answer.ts';

export type Form = Readonly<Record<string, string>>;
/** A tree, an error in words, or a page. */
export type Reply =
  { readonly node: Node } | { readonly error: string } | { readonly page: string };

export interface Held {
  readonly account: HeldAccount;
  readonly quirks: Quirks;
  /** Where links to attachments lead. */
  readonly origin: string;
}

const list = (container: string, name: string, rows: readonly Elements[]): Reply => ({
  node: [[container, rows.map((row): Node[number] => [name, Object.entries(row)])]],
});

const owned = ({ account }: Held, rows: readonly Elements[]): Elements[] =>
  rows.map((row) => ({ accountid: account.id, ...row }));

export const FUNCTIONS: Readonly<Record<string, (held: Held, form: Form) => Reply>> = {
  GetCategories: (held) => list('categories', 'category', owned(held, held.account.categories)),
  GetCategory2: (held) => list('categories', 'category2', owned(held, held.account.categories2)),
  GetSources: (held) => list('sources', 'source', owned(held, held.account.sources)),
  GetFlags: (held) => list('flags', 'flag', owned(held, held.account.flags)),
  GetCustomFields: (held) => list('customfields', 'customfield', held.account.labels),
  GetTeamMembers: (held) =>
    held.quirks.membersRefused
      ? { error: 'Authentication failed' }
      : list('teammembers', 'teammember', held.account.members),
  GetOptInStatusList: (held) => list('emails', 'email', held.account.optIns),
  GetToDoPlans: () => ({
    node: [
      [
        'todoplans',
        [
          [
            'todoplan',
            [
              ['id', '31'],
              ['name', 'New client'],
              [
                'steps',
                [
                  [
                    'step',
                    [
                      ['stepid', '1'],
                      ['summary', 'Call'],
                      ['increment', 'D'],
                      ['period', '2'],
                      ['category', 'phone call'],
                      ['emailtemplateid', '0'],
                      ['lettertemplateid', '8'],
                    ],
                  ],
                  [
                    'step',
                    [
                      ['stepid', '2'],
                      ['summary', 'Write'],
                      ['increment', 'W'],
                      ['period', '1'],
                      ['category', 'letter'],
                      ['emailtemplateid', '0'],
                      ['lettertemplateid', '0'],
                    ],
                  ],
                ],
              ],
            ],
          ],
        ],
      ],
    ],
  }),
  GetContacts: getContacts,
  StatsContactsAdded: ({ account }) => ({ node: [['count', String(account.contacts.length)]] }),
  GetStatistics: (held, form) =>
    form['report_type'] === 'notesummary' ? noteSummary(held) : { node: [['statistics', []]] },
  GetContactNotes: (held, form) =>
    ofContact(held, form, 'Get Notes', (id) =>
      list('notes', 'note', held.account.notesOf.get(id) ?? []),
    ),
  GetContactSpecialEvents: (held, form) =>
    ofContact(held, form, 'Get Special Events', (id) =>
      list('specialevents', 'specialevent', held.account.eventsOf.get(id) ?? []),
    ),
  GetContactAttachments: (held, form) =>
    ofContact(held, form, 'Get Attachments', (id) =>
      list(
        'attachments',
        'attachment',
        (held.account.attachmentsOf.get(id) ?? []).map(({ filename, uploaddate, size }) => ({
          filename,
          uploaddate,
          size,
        })),
      ),
    ),
  GetAttachmentDownloadURL: ({ origin }, form) => ({
    node: [
      [
        'downloadurl',
        `\n  ${origin}/download/${form['contactid']}/${encodeURIComponent(form['filename'] ?? '')}?link=${++links}\n`,
      ],
      ['url_expires_in', '5 minutes'],
    ],
  }),
  GetToDos: getTodos,
  GetDeals: ({ account }, form) => ({
    node: [
      [
        'deals',
        account.deals
          .filter(
            (deal) =>
              deal['dealstatus'] ===
              ['', 'Active', 'Won', 'Lost', 'Back Burner'][Number(form['status'] ?? 0)],
          )
          .map((deal): Node[number] => ['deal', dealNode(deal)]),
      ],
    ],
  }),
  StatsAppointmentDetail: (held, form) => {
    const span = Date.parse(form['enddate'] ?? '') - Date.parse(form['startdate'] ?? '');
    if (span / 86_400_000 > held.quirks.longestSpan) return { error: 'The date range is too long' };
    const rows = within(held.account.appointments, form, false).slice(0, held.quirks.statsCap);
    return { node: rows.map((row): Node[number] => ['result', Object.entries(row)]) };
  },
  GetAppointments: (held, form) => {
    const rows = within(held.account.appointments, form, true);
    const cap = held.quirks.appointmentCap;
    return {
      node: [
        ...(rows.length > cap ? ([['resultscapped', 'true']] as const) : []),
        [
          'appointments',
          rows.slice(0, cap).map((row): Node[number] => ['appointment', Object.entries(row)]),
        ],
      ],
    };
  },
  GetLetterTemplate: ({ account, quirks }, form) => {
    const found = account.letters.filter((letter) => letter['id'] === form['id']);
    if (found.length === 0) return { error: 'Letter Template not found' };
    return list('lettertemplates', quirks.malformed ? 'lettertemplates' : 'lettertemplate', found);
  },
  GetActionSet: (_held, form) =>
    form['actionsetid'] === '12'
      ? {
          node: [
            [
              'actionset',
              [
                ['name', 'Welcome'],
                [
                  'steps',
                  [
                    [
                      'step',
                      [
                        ['type', 'Assign Flag'],
                        ['linkedid', '1'],
                        ['verbose', 'Assign the flag <b>VIP</b><br>'],
                      ],
                    ],
                  ],
                ],
              ],
            ],
          ],
        }
      : { error: 'Action Set not found' },
  GetAutoresponder: (_held, form) =>
    form['autoresponderid'] === '7'
      ? {
          node: [
            [
              'autoresponder',
              [
                ['name', 'Drip'],
                ['id', '7'],
                [
                  'steps',
                  [
                    [
                      'step',
                      [
                        ['daysfromstart', '3'],
                        ['timeincrement', 'D'],
                        ['incrementunits', '3'],
                        ['emailtemplatename', 'Hello'],
                        ['emailtemplateid', '2'],
                      ],
                    ],
                  ],
                ],
              ],
            ],
          ],
        }
      : { error: 'Autoresponder not found' },
  GetWebFormFolders: () => ({ node: [['folders', [['folder', 'Spring']]]] }),
  GetWebForms: (held, form) =>
    form['folder'] === 'Spring'
      ? list('webforms', 'webform', owned(held, [{ webformid: '21', name: 'Sign up' }]))
      : list('webforms', 'webform', []),
  GetWebFormDetails: (_held, form) => ({
    node: [
      [
        'webform',
        [
          ['webformid', form['webformid'] ?? ''],
          ['title', 'Sign up now'],
          ['fields', 'firstname, email'],
        ],
      ],
    ],
  }),
  GetWebFormHTML: () => ({
    page: '<!DOCTYPE html><html><head><title>Sign up</title></head><body><form></form></body></html>',
  }),
};

let links = 0;

function getContacts({ account, quirks }: Held, form: Form): Reply {
  const filtered = account.contacts.filter((contact) => matches(contact, form, account));
  const size = Math.min(
    Number(form['pagingsize'] ?? 0) || Number.MAX_SAFE_INTEGER,
    quirks.pageLimit,
  );
  const offset = quirks.ignoreOffset ? 0 : Number(form['pagingoffset'] ?? 0);
  const page = filtered
    .slice(offset, offset + size)
    .map((one) => contactElements(one, account, quirks));
  const last = filtered[offset - 1];
  if (quirks.repeats !== 'none' && last && page.length > 0) {
    const again = contactElements(last, account, quirks);
    page.unshift(quirks.repeats === 'changed' ? { ...again, city: 'Moved Meanwhile' } : again);
  }
  return list('contacts', 'contact', page);
}

const named = (rows: readonly Elements[], idName: string, id: string): string =>
  rows.find((row) => row[idName] === id)?.['name'] ?? '';
const idIn = (rows: readonly Elements[], idName: string, name: string): string =>
  rows.find((row) => row['name'] === name)?.[idName] ?? '';

function matches(
  contact: Elements,
  form: Form,
  { flags, flagsOf, categories, sources }: HeldAccount,
): boolean {
  if (
    form['flagid'] !== undefined &&
    !flagsOf.get(contact['id'] ?? '')?.includes(named(flags, 'flagid', form['flagid']))
  )
    return false;
  if (
    form['categoryid'] !== undefined &&
    contact['category'] !== named(categories, 'categoryid', form['categoryid'])
  )
    return false;
  return (
    form['sourceid'] === undefined ||
    contact['source'] === named(sources, 'sourceid', form['sourceid'])
  );
}

function contactElements(
  { category = '', source = '', ...rest }: Elements,
  account: HeldAccount,
  quirks: Quirks,
): Elements {
  return {
    ...rest,
    ...(quirks.lists === 'names' && { category, source }),
    ...(quirks.lists === 'ids' && {
      categoryid: idIn(account.categories, 'categoryid', category),
      sourceid: idIn(account.sources, 'sourceid', source),
    }),
    ...(quirks.flagsInContact && {
      flags: (account.flagsOf.get(rest['id'] ?? '') ?? []).join('; '),
    }),
    ...(quirks.unknownElements && { shoesize: '42' }),
  };
}

function ofContact(
  { account, quirks }: Held,
  form: Form,
  what: string,
  answer: (id: string) => Reply,
): Reply {
  const id = form['identifyvalue'] ?? '';
  const known =
    account.contacts.some((contact) => contact['id'] === id) && !quirks.vanished.has(id);
  return known ? answer(id) : { error: `${what} failed: Contact not found` };
}

function noteSummary({ account, quirks }: Held): Reply {
  const items = [...account.notesOf].flatMap(([id, notes]) =>
    notes.map((note): Elements => ({
      element: quirks.vagueStatistics ? (note['date'] ?? '') : `${note['date']}, ${id}`,
      count: '1',
    })),
  );
  return list('statistics', 'item', items);
}

function getTodos({ account, quirks }: Held, form: Form): Reply {
  const status = form['status'] ?? 'open';
  const rows = account.todos.filter(
    (todo) =>
      (status === 'all' || todo['status'] === status) &&
      (form['teammemberid'] === '-1' || todo['teammemberid'] === (form['teammemberid'] ?? '0')) &&
      (form['contactid'] === undefined || todo['contactid'] === form['contactid']),
  );
  return list('todos', 'todo', rows.slice(0, quirks.todoCap));
}

function dealNode({ relatedXml = '', ...deal }: HeldAccount['deals'][number]): Node {
  const related = relatedXml
    .split(';')
    .filter(Boolean)
    .map((text): Node[number] => {
      const [contactid = '', primary = '', role = ''] = text.split(',');
      return [
        'relatedcontact',
        [
          ['contactid', contactid],
          ['primary', primary],
          ['role', role],
        ],
      ];
    });
  return [...Object.entries(deal), ['relatedcontacts', related]];
}

/** `startdate` on or after; `enddate` exclusive in the statistics, inclusive in GetAppointments. */
function within(rows: readonly Elements[], form: Form, inclusive: boolean): Elements[] {
  const from = Date.parse(form['startdate'] ?? '1/1/1900');
  const to = Date.parse(form['enddate'] ?? '1/1/2200') + (inclusive ? 86_400_000 : 0);
  return rows.filter((row) => {
    const at = Date.parse(row['startdatetime'] ?? '');
    return at >= from && at < to;
  });
}

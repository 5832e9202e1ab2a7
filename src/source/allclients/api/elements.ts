/**
 * Element names of the API and the slots they fill (developers.allclients.com: AddContact, UpdateContact, GetContacts,
 * GetContactNotes; what is not here is matched by the words of the slot itself).
 */
export const ELEMENT_SLOTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  contact: {
    id: 'record_id',
    contactid: 'record_id',
    firstname: 'first_name',
    lastname: 'last_name',
    otherfirstname: 'person2_first_name',
    otherlastname: 'person2_last_name',
    otherbirthday: 'person2_birthday',
    otheremail: 'other_email',
    title: 'job_title',
    address: 'street',
    postalcode: 'zip',
    adddate: 'created',
    editdate: 'edited',
    flags: 'tags',
    owner: 'owner',
    optin: 'opt_in',
    ...Object.fromEntries([1, 2, 3, 4].map((n) => [`phone${n}note`, `phone${n}_note`])),
  },
  todo: { contactid: 'record_id', todoid: 'todo_id', adddate: 'created' },
  deal: { primarycontactid: 'record_id', dealid: 'deal_id', adddate: 'created' },
  appointment: { contactid: 'record_id', appointmentid: 'appointment_id', description: 'subject' },
  attachment: { contactid: 'record_id', filename: 'filename', file: 'file' },
  template: { id: 'template_id' },
  optout: { address: 'email' },
  note: { contactid: 'record_id', notecontent: 'body', date: 'date' },
  user: {
    teammemberid: 'user_id',
    display_fullname: 'name',
    email: 'email',
    user_level: 'role',
  },
};

/** Elements that need no place in Odoo, and why; each is proposed to be dropped and a person approves it. */
const SPARE: readonly (readonly [RegExp, string])[] = [
  [/^accountid$/, 'the number of the account itself'],
  [/^teammemberid$/, 'the number of the team member, whose name stands in "owner"'],
  [
    /^(category|category2|source|dealtype|emailtemplate|letter|lettertemplate)(\.)?(\w*)id$/,
    'a number whose name stands beside it',
  ],
  [/^(category|category2|source)(\.)?name$/, 'the same as the name without "name"'],
  [/^(flags|customfields)\./, 'the parts of what stands in one column'],
  [/^contactsource(id|name)$/, 'the source of the contact, which the contact has itself'],
  [/^showonstagescreen$/, 'how AllClients draws its screen'],
  [
    /^(margin(top|right|bottom|left)|editorversion|display_hexcolor|imageurl)$/,
    'how AllClients draws it',
  ],
];

export const spareReason = (name: string): string | undefined =>
  SPARE.find(([names]) => names.test(name))?.[1];

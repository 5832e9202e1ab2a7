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
  note: { contactid: 'record_id', notecontent: 'body', date: 'date' },
  user: {
    teammemberid: 'user_id',
    display_fullname: 'name',
    email: 'email',
    user_level: 'role',
  },
};

/** The names and words that the sample firm is made from. */

export const FIRM_USERS = [
  { id: 'u1', name: 'Jane Poole', email: 'jane@firm.example', admin: true, active: true },
  { id: 'u2', name: 'Amir Shah', email: 'amir@firm.example', admin: false, active: true },
  { id: 'u3', name: 'Siân Rees', email: 'sian@firm.example', admin: false, active: true },
  { id: 'u4', name: 'Tom Gone', email: 'tom.gone@firm.example', admin: false, active: false },
] as const;

export const FIRM_STAGES = [
  'Instruction received',
  'Conflict check',
  'Evidence',
  'Awaiting report',
  'Negotiation',
  'Settled',
] as const;
export const STATUSES = ['Open', 'Open', 'Open', 'On hold', 'Closed'] as const;
export const CASE_TYPES = ['Residential Claim', 'Commercial Claim', 'Conveyancing'] as const;
export const ROLES = [
  'Insurer',
  'Loss adjuster',
  'Witness',
  'Expert',
  'Opponent',
  'loss  adjuster',
] as const;
export const FIRST = [
  'John',
  'Aoife',
  'Priya',
  'Gwen',
  'Hamish',
  'Zoë',
  'Łukasz',
  'María',
  'Chen',
  'Olu',
] as const;
export const LAST = [
  'Doe',
  'O’Neill',
  'Patel',
  'Davies',
  'MacLeod',
  'Brontë',
  'Nowak',
  'Núñez',
  'Wei',
  'Adeyemi',
] as const;
export const TOWNS = ['Ipswich', 'Cardiff', 'Leeds', 'Glasgow', 'St Albans'] as const;
export const LABELS = [
  'Property > Flood',
  'Property > Fire',
  'Urgent',
  'Finance > Urgent',
  'VIP',
  'Claims > Motor > Theft',
] as const;
export const FOLDERS = ['Reports/Surveyor', 'Letters', 'Photos', 'Court bundle'] as const;

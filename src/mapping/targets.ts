/** What each kind of thing at a source becomes in Odoo, and how much of it is a matter of judgement. */
import type { Shape } from '../source/source.ts';

export type Compatibility = '1:1' | 'mapping required' | 'inventory only';

export interface Target {
  readonly model: string;
  readonly compatibility: Compatibility;
  readonly note: string;
}

export const TARGETS: Readonly<Record<Shape, Target>> = {
  user: {
    model: 'res.users',
    compatibility: 'mapping required',
    note: 'matched by e-mail; who is missing has a fallback',
  },
  group: {
    model: 'res.partner.category',
    compatibility: '1:1',
    note: 'a tag for each group; a sales team on request',
  },
  partner: {
    model: 'res.partner',
    compatibility: '1:1',
    note: 'custom columns become fields of their own',
  },
  lead: {
    model: 'crm.lead',
    compatibility: 'mapping required',
    note: 'stages are mapped value by value',
  },
  message: {
    model: 'mail.message',
    compatibility: '1:1',
    note: 'in the chatter, dated, in order of time',
  },
  task: {
    model: 'mail.activity',
    compatibility: 'mapping required',
    note: 'categories become activity types',
  },
  detail: {
    model: 'crm.lead',
    compatibility: '1:1',
    note: 'part of the record it belongs to',
  },
  event: { model: 'calendar.event', compatibility: '1:1', note: 'with its attendees' },
  attachment: {
    model: 'ir.attachment',
    compatibility: '1:1',
    note: 'byte for byte, checked by checksum',
  },
  optout: {
    model: 'mail.blacklist',
    compatibility: '1:1',
    note: 'nobody who said no is written to',
  },
  template: {
    model: 'mail.template',
    compatibility: 'mapping required',
    note: 'merge fields are translated where they can be',
  },
  campaign: {
    model: 'crm.tag',
    compatibility: 'mapping required',
    note: 'name and segment; its history stays behind',
  },
  inventory: { model: '', compatibility: 'inventory only', note: 'a checklist to rebuild it by' },
};

/** What columns become, whatever the object: the rows of a catalogue that are no objects. */
export const COLUMN_TARGETS: readonly (readonly [string, Target])[] = [
  [
    'custom columns',
    {
      model: 'ir.model.fields',
      compatibility: 'mapping required',
      note: 'a field of the type of its values, on a page of the form',
    },
  ],
  [
    'tags in a cell',
    {
      model: 'res.partner.category / crm.tag',
      compatibility: '1:1',
      note: 'one tag for each name',
    },
  ],
];

/** A deal or a case as an opportunity, in a pipeline that mirrors the source's: a team per type or the one chosen, its stages in it. */
import type { Issue, PlannedRecord, Ref } from '../core/record.ts';
import { plainToHtml } from '../lib/html.ts';
import type { Child } from './compose-child.ts';
import { badValue, customValue } from './compose-custom.ts';
import { auditInUtc, type Draft } from './compose-partner.ts';
import { guessStatus, isStatus, type Status } from './lead-status.ts';
import type { Composed } from './mapping.ts';
import { splitList } from './transforms/lists.ts';
import { parseNumber } from './transforms/numbers.ts';
import { cleanText, singleLine } from './transforms/text.ts';

export function composeLead(child: Child): Composed {
  const { record, file, parent, tools } = child;
  const draft: Draft = { values: {}, tags: new Set(), groups: [], issues: [] };
  const read = (slot: string): string => singleLine(file.slot(record, slot));
  const unmapped = ['stage', 'status'].flatMap((slot) => unmappedValue(child, slot));
  if (unmapped.length > 0) return { planned: [], issues: unmapped };
  const status = statusOf(file.mapped('status', read('status')));
  const label = labelOf(child);
  draft.values['name'] = read('name') || `${label} ${record.key}`;
  draft.values['type'] = tools.choices.leadType;
  draft.values['partner_id'] = parent ? { ref: parent.key } : null;
  draft.values['user_id'] = tools.owner(read('owner'), read('owner_email'));
  pipeline(draft, child, status);
  money(draft, child, status);
  days(draft, child, status);
  plain(draft, child);
  related(draft, child);
  for (const column of file.others)
    customValue(draft, column, { record, model: 'crm.lead', label: label.toLowerCase(), tools });
  if (status === 'back burner') draft.tags.add('Back Burner');
  if (draft.tags.size > 0) draft.values['tag_ids'] = [...draft.tags].sort().map(leadTag(child));
  return { planned: [planned(child, draft.values)], issues: draft.issues };
}

const labelOf = ({ record, tools }: Child): string =>
  tools.declaration.objects.find((object) => object.name === record.object)?.label ?? 'Lead';

const statusOf = (text: string): Status => (isStatus(text) ? text : guessStatus(text));

/** A stage that nobody mapped would be guessed at; the record waits until somebody did. */
function unmappedValue({ record, file }: Child, slot: string): Issue[] {
  const raw = singleLine(file.slot(record, slot));
  if (raw === '' || file.mapped(slot, raw) !== '') return [];
  const message = `The ${slot} "${raw}" is not in the values of the column "${file.columnOf(slot)}": add it there in mapping.yaml, approve, and run again.`;
  return [{ code: 'WB_VALUE_UNMAPPED', message, column: file.columnOf(slot), raw }];
}

const planned = ({ record, tools }: Child, values: PlannedRecord['values']): PlannedRecord => ({
  step: 'leads',
  model: 'crm.lead',
  key: tools.keyOf(record),
  object: record.object,
  position: record.position,
  lane: '',
  match: '',
  values,
});

export const leadTag =
  ({ tools }: Child) =>
  (name: string): Ref =>
    tools.shared.make('lead-tags', 'crm.tag', 'leadtag', name, { name });

/** Won is a stage in Odoo, lost is archived with no chance and never in a won stage. */
function pipeline(draft: Draft, child: Child, status: Status): void {
  const { record, file, tools } = child;
  const read = (slot: string): string => singleLine(file.slot(record, slot));
  const [type, stage, reason] = [read('type'), read('stage'), read('lost_reason')];
  const pipe = type || tools.choices.pipeline;
  const team = pipe === '' ? null : teamOf(child, pipe);
  if (team) draft.values['team_id'] = team;
  if (status === 'won') draft.values['stage_id'] = wonStage(child);
  else if (stage !== '') draft.values['stage_id'] = stageOf(child, stage, pipe, team);
  if (status === 'won') draft.values['probability'] = 100;
  if (status !== 'lost') return;
  draft.values['active'] = false;
  draft.values['probability'] = 0;
  if (reason === '') return;
  const field =
    'lost_reason_id' in (tools.catalog.fields['crm.lead'] ?? {}) ? 'lost_reason_id' : 'lost_reason';
  const make = tools.shared.make;
  draft.values[field] = make('lost-reasons', 'crm.lost.reason', 'lostreason', reason, {
    name: reason,
  });
}

const teamOf = ({ tools }: Child, type: string): Ref =>
  tools.shared.make('teams', 'crm.team', 'team', type, { name: type });

/** Of no team, so of all: the one that Odoo's CRM comes with fits. */
const wonStage = ({ tools }: Child): Ref =>
  tools.shared.make('stages', 'crm.stage', 'stage', '/won', {
    name: 'Won',
    is_won: true,
    sequence: 1_000,
  });

/** A stage that is called won but holds an open deal must not win it. */
const stageName = (stage: string): string => (/^won$/i.test(stage) ? `${stage} (open)` : stage);

/** In the order of the map, else in which they are first met; a person may drag them. */
function stageOf({ file, tools }: Child, written: string, type: string, team: Ref | null): Ref {
  const stage = file.mapped('stage', written);
  const many = 'team_ids' in (tools.catalog.fields['crm.stage'] ?? {});
  const own = team === null ? {} : many ? { team_ids: [team] } : { team_id: team };
  const name = stageName(stage);
  const listed = file.targets('stage').indexOf(stage);
  const met = tools.shared.all().filter((one) => one.step === 'stages').length;
  const place = listed === -1 ? met : listed;
  const values = { name, sequence: 10 + place, is_won: false, ...own };
  return tools.shared.make('stages', 'crm.stage', 'stage', `${type}/${name}`, values);
}

function money(draft: Draft, { record, file, tools }: Child, status: Status): void {
  const number = (slot: string): number | undefined => {
    const text = singleLine(file.slot(record, slot));
    if (text === '') return undefined;
    const value = parseNumber(text);
    if (value === undefined)
      draft.issues.push(badValue(file.columnOf(slot), text, 'number', 'lead'));
    return value;
  };
  const [amount, commission, chance] = [
    number('amount'),
    number('commission'),
    number('probability'),
  ];
  if (amount !== undefined) draft.values['expected_revenue'] = amount;
  if (commission !== undefined) draft.values[`${tools.prefix}commission`] = commission;
  if (chance === undefined || status === 'won' || status === 'lost') return;
  if (chance >= 0 && chance <= 100) draft.values['probability'] = chance;
  else
    draft.issues.push(badValue(file.columnOf('probability'), String(chance), 'percentage', 'lead'));
}

function days(draft: Draft, { record, file, tools }: Child, status: Status): void {
  const read = (slot: string, kind: 'date' | 'datetime'): string | undefined => {
    const text = singleLine(file.slot(record, slot));
    if (text === '') return undefined;
    const value = tools.dates(file.order(slot))[kind](text);
    if (value === undefined) draft.issues.push(badValue(file.columnOf(slot), text, 'date', 'lead'));
    return value;
  };
  const put = (field: string, value: string | undefined): void => {
    if (value !== undefined) draft.values[field] = value;
  };
  put('date_deadline', read('expected_close', 'date'));
  put(`${tools.prefix}opened`, read('opened', 'date'));
  put(`${tools.prefix}created`, read('created', 'datetime'));
  put(`${tools.prefix}original_create_date`, read('original_create', 'datetime'));
  put(`${tools.prefix}closed`, read('actual_close', 'date'));
  if (status === 'won' || status === 'lost') put('date_closed', read('actual_close', 'datetime'));
}

function plain(draft: Draft, { record, file, tools }: Child): void {
  const read = (slot: string): string => singleLine(file.slot(record, slot));
  for (const [slot, name] of [
    ['deal_id', 'id'],
    ['stage', 'stage'],
    ['status', 'status'],
    ['type', 'type'],
    ['next_step', 'next_step'],
    ['number', 'number'],
    ['former_numbers', 'former_numbers'],
  ] as const) {
    const text = singleLine(file.slot(record, slot));
    if (text !== '') draft.values[tools.prefix + name] = text;
  }
  const audit = auditInUtc(cleanText(file.slot(record, 'audit_history')), tools);
  if (audit !== '') draft.values[`${tools.prefix}audit_history`] = audit;
  if (/^(1|y|yes|t|true)$/i.test(read('inactive'))) draft.values['active'] = false;
  for (const name of splitList(file.slot(record, 'tags'))) draft.tags.add(name);
  const details = cleanText(file.slot(record, 'details'));
  const html = tools.catalog.fields['crm.lead']?.['description']?.type === 'html';
  if (details !== '') draft.values['description'] = html ? plainToHtml(details) : details;
}

const RELATED = /^(?<who>[^()]+?)\s*(?:\([^()]*\))?$/;

/** `70012 (Lawyer); ben@example.com`: who and in which role. Everyone found is linked, and everyone is written down. */
function related(draft: Draft, { record, file, contacts, tools }: Child): void {
  const parts = splitList(file.slot(record, 'related'), ';|');
  if (parts.length === 0) return;
  const refs: Ref[] = [];
  for (const part of parts) {
    const { who = part } = RELATED.exec(part)?.groups ?? {};
    const [hit, ...more] = who.includes('@')
      ? contacts.byEmail(who.toLowerCase())
      : contacts.byKey(who);
    const sure =
      hit !== undefined && hit.partner !== '' && more.every((one) => one.partner === hit.partner);
    if (sure) refs.push({ ref: hit.partner });
    else draft.issues.push(unknownRelated(file.columnOf('related'), part, more.length > 0));
  }
  draft.values[`${tools.prefix}related`] = parts.join('\n');
  if (refs.length > 0) draft.values[`${tools.prefix}related_ids`] = refs;
}

const unknownRelated = (column: string, raw: string, several: boolean): Issue => ({
  code: several ? 'WB_PARENT_AMBIGUOUS' : 'WB_PARENT_MISSING',
  message: `The related contact "${raw}" ${several ? 'could be several contacts' : 'is no contact of the export'}; it is kept as text.`,
  column,
  raw,
});

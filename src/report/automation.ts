/** What in Odoo does the same as a step of a workflow, by the words of the step; honest where nothing does. */

export interface Equivalent {
  readonly odoo: string;
  readonly possible: 'yes' | 'partly' | 'no';
}

type Rule = readonly [words: RegExp, odoo: string, possible: Equivalent['possible']];

const ACTIONS: readonly Rule[] = [
  [/text|sms/i, 'Action "Send SMS" (needs SMS credit at Odoo or another provider)', 'partly'],
  [
    /auto.?responder|drip|sequence|campaign/i,
    'Marketing Automation (Enterprise); in Community one automation rule per step, triggered by a date field with the step’s delay',
    'partly',
  ],
  [
    /letter|print|label|card/i,
    'nothing prints and posts by itself: make it a to-do (action "Create Activity")',
    'no',
  ],
  [/e-?mail|newsletter/i, 'Action "Send Email" with the template of the same name', 'yes'],
  [
    /to.?do|task|reminder|call|appointment|plan/i,
    'Action "Create Activity" of the matching type',
    'yes',
  ],
  [/flag|tag|group|categor|source/i, 'Action "Update Record": the tags of the contact', 'yes'],
  [/owner|assign|team member|user/i, 'Action "Update Record": the salesperson', 'yes'],
  [/stage|deal|pipeline|status/i, 'Action "Update Record": the stage of the opportunity', 'yes'],
  [/note/i, 'Action "Add a note" (a log note in the chatter)', 'yes'],
  [/field|update|set/i, 'Action "Update Record": the field', 'yes'],
  [
    /web.?hook|url|http|zap/i,
    'Action "Send Webhook Notification" (17 and later); before that a server action in Python',
    'partly',
  ],
  [/notify|alert/i, 'Action "Create Activity" for the user, or "Send Email" to him', 'yes'],
  [/delete|remove|archive/i, 'Action "Update Record": Active = no', 'partly'],
];

const TRIGGERS: readonly Rule[] = [
  [
    /form|landing|submit|opt.?in/i,
    'Automation rule "On save" (creation) of a lead or contact that comes from the website form',
    'partly',
  ],
  [
    /birthday|anniversary/i,
    'Automation rule "Based on date field"; the birthday must be a date field, and the rule must come again each year',
    'partly',
  ],
  [/stage|deal|pipeline|won|lost/i, 'Automation rule "Stage is set to" on opportunities', 'yes'],
  [
    /flag|tag|group|categor/i,
    'Automation rule "Tag is added", or "On save" with a filter on the tags',
    'yes',
  ],
  [/add|new|creat|import/i, 'Automation rule "On save" (creation)', 'yes'],
  [/edit|chang|update/i, 'Automation rule "On save" with the field as trigger', 'yes'],
  [/date|day|time|schedul/i, 'Automation rule "Based on date field"', 'yes'],
  [
    /e-?mail|open|click|repl/i,
    'Marketing Automation (Enterprise); Community has no trigger on opened mail',
    'no',
  ],
  [/manual|button|run/i, 'Server action in the Action menu of the list', 'yes'],
];

const find = (rules: readonly Rule[], text: string): Equivalent => {
  const rule = text.trim() === '' ? undefined : rules.find(([words]) => words.test(text));
  return rule
    ? { odoo: rule[1], possible: rule[2] }
    : { odoo: 'not known: decide by hand', possible: 'no' };
};

export const actionInOdoo = (action: string): Equivalent => find(ACTIONS, action);
export const triggerInOdoo = (trigger: string): Equivalent => find(TRIGGERS, trigger);

/** A delay is no step of its own in Odoo: the rule waits. */
export const delayInOdoo = (delay: string): string =>
  delay.trim() === '' ? '' : `trigger "Based on date field", ${delay} after it`;

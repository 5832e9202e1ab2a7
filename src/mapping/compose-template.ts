/** An e-mail template as a mail.template for contacts, with its merge fields translated. */
import type { Issue, Value } from '../core/record.ts';
import { mailHtml, plainToHtml } from '../lib/html.ts';
import type { Child } from './compose-child.ts';
import type { Composed } from './mapping.ts';
import { translateBody, translateSubject, type Dialect } from './merge-fields.ts';
import { cleanText, singleLine } from './transforms/text.ts';

const FIRST_QWEB = 15;
const TAGGED = /<[a-z][^>]*>/i;

export function composeTemplate({ record, file, tools }: Child): Composed {
  const read = (slot: string): string => singleLine(file.slot(record, slot));
  const dialect: Dialect = tools.catalog.major >= FIRST_QWEB ? 'qweb' : 'jinja';
  const raw = cleanText(file.slot(record, 'body'));
  const subject = translateSubject(read('subject'), dialect);
  const body = translateBody(TAGGED.test(raw) ? mailHtml(raw) : plainToHtml(raw), dialect);
  const name = [read('folder'), read('name') || `Template ${record.key}`]
    .filter(Boolean)
    .join(' / ');
  const values: Record<string, Value> = {
    name,
    model_id: { ref: 'model.res.partner' },
    subject: subject.text,
    body_html: body.text,
    use_default_to: true,
  };
  const planned = {
    step: 'templates',
    model: 'mail.template',
    key: tools.keyOf(record),
    object: record.object,
    position: record.position,
    lane: '',
    match: '',
    values,
  } as const;
  const unknown = [...new Set([...subject.unknown, ...body.unknown])];
  return { planned: [planned], issues: unknown.map((field) => noEquivalent(name, field)) };
}

const noEquivalent = (name: string, field: string): Issue => ({
  code: 'WB_TEMPLATE_MERGE_FIELD',
  message: `The template "${name}" uses ${field}, which has no equivalent in Odoo or stands where Odoo puts no value; it is text in brackets now. Edit the template in Odoo.`,
  column: 'body',
  raw: field,
});

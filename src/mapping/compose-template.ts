/** An e-mail template as a mail.template for contacts, with its merge fields translated. */
import type { Issue, Ref, Value } from '../core/record.ts';
import { mailHtml, picturesIn, plainToHtml } from '../lib/html.ts';
import type { Child, ChildTools } from './compose-child.ts';
import type { Composed, Picture } from './mapping.ts';
import { translateBody, translateSubject, type Dialect } from './merge-fields.ts';
import { cleanText, singleLine } from './transforms/text.ts';

const FIRST_QWEB = 15;
const MAX_NAME = 200;
const TAGGED = /<[a-z][^>]*>/i;

export function composeTemplate({ record, file, tools }: Child): Composed {
  const read = (slot: string): string => singleLine(file.slot(record, slot));
  const dialect: Dialect = tools.catalog.major >= FIRST_QWEB ? 'qweb' : 'jinja';
  const raw = cleanText(file.slot(record, 'body'));
  const subject = translateSubject(read('subject'), dialect);
  const shown = showing(tools);
  const tagged = TAGGED.test(raw);
  const html = tagged ? mailHtml(raw, shown.relink) : plainToHtml(raw);
  const body = translateBody(html, dialect);
  const name = [read('folder'), read('name') || `Template ${record.key}`]
    .filter(Boolean)
    .join(' / ');
  const values: Record<string, Value> = {
    name,
    model_id: { ref: 'model.res.partner' },
    subject: subject.text,
    body_html: shown.resolve(body.text),
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
  const issues = [
    ...unknown.map((field) => noEquivalent(name, field)),
    ...[...shown.missing].map(([address, why]) => notHad(name, address, why)),
    ...(tagged ? picturesIn(raw).styled : []).flatMap((address) => {
      const where = shown.keep(address);
      return where === undefined ? [] : [ofStyleSheet(name, address, where)];
    }),
  ];
  return { planned: [planned], issues };
}

/** Pictures that were fetched are shown from Odoo; the others stay where they are. */
function showing({ pictures, shared, declaration }: ChildTools) {
  const refs: Ref[] = [];
  const missing = new Map<string, string>();
  const asPart = (part: string, at: number): string | Ref =>
    at % 2 === 0 ? part : (refs[Number(part) - 1] ?? `waybill-${part}-`);
  // By its bytes: one picture of many templates, or at two addresses, is one.
  const attach = (address: string, picture: Had): Ref =>
    shared.make(
      'attachments',
      'ir.attachment',
      'picture',
      picture.sha256,
      attachment(address, picture, declaration.name),
    );
  return {
    missing,
    relink: (address: string): string => {
      const picture = pictures.get(address);
      if (!picture) return address;
      if ('problem' in picture) {
        missing.set(address, picture.problem);
        return address;
      }
      const at = refs.push(attach(address, picture));
      return `/web/image/waybill-${at}-?access_token=${picture.token}`;
    },
    /** Of a style sheet, which does not come along: Odoo has the picture all the same. Says where it is, where it was asked for. */
    keep: (address: string): string | undefined => {
      const picture = pictures.get(address);
      if (!picture) return undefined;
      if ('problem' in picture) return `It could not be fetched: ${picture.problem}`;
      attach(address, picture);
      return `It is in Odoo as the attachment "${nameOf(address)}"`;
    },
    resolve: (html: string): Value =>
      refs.length === 0 ? html : { parts: html.split(MARK).map(asPart) },
  };
}

type Had = Exclude<Picture, { readonly problem: string }>;

/** Of no record: it is loaded before its templates, and Odoo 14 hides what names a model and no record. */
const attachment = (
  address: string,
  { file, bytes, sha256, mime, token }: Had,
  source: string,
): Record<string, Value> => ({
  name: nameOf(address),
  type: 'binary',
  description: `From ${source}: ${address}`,
  mimetype: mime,
  access_token: token,
  datas: { file, bytes, sha256 },
});

const nameOf = (address: string): string =>
  singleLine(new URL(address).pathname.split('/').at(-1) ?? '').slice(-MAX_NAME) || 'picture';

const MARK = /(?<=\/web\/image\/)waybill-(\d+)-/;

const notHad = (name: string, address: string, why: string): Issue => ({
  code: 'WB_TEMPLATE_PICTURE',
  message: `The template "${name}" shows ${address}, which could not be fetched: ${why}. It is still loaded from there. Upload it in Odoo and change the template; before the template is in Odoo, waybill scope tries again.`,
  column: 'body',
  raw: address,
});

const ofStyleSheet = (name: string, address: string, where: string): Issue => ({
  code: 'WB_TEMPLATE_PICTURE',
  message: `The template "${name}" shows ${address} by its style sheet, which Odoo's mails do not take along. ${where}. Put it into the template in Odoo, where it belongs.`,
  column: 'body',
  raw: address,
});

const noEquivalent = (name: string, field: string): Issue => ({
  code: 'WB_TEMPLATE_MERGE_FIELD',
  message: `The template "${name}" uses ${field}, which has no equivalent in Odoo or stands where Odoo puts no value; it is text in brackets now. Edit the template in Odoo.`,
  column: 'body',
  raw: field,
});

import { Parser } from 'htmlparser2';
import sanitize from 'sanitize-html';
import { relinkUrls, urlsIn } from './css-urls.ts';

const SPECIAL = /[&<>]/g;
const ENTITY: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** Quotes stay as they are: Odoo's sanitiser would turn their entities back, and the comparison would see a change. */
export const escapeHtml = (text: string): string => text.replace(SPECIAL, (c) => ENTITY[c] ?? c);

export const plainToHtml = (text: string): string =>
  `<p>${escapeHtml(text).replace(/\r\n?|\n/g, '<br>')}</p>`;

/**
 * What Odoo's own sanitiser would keep, without styles; a picture becomes a link, so that its address is not lost, but
 * for pictures that come along: they are shown from `/web/image/`.
 */
export const cleanHtml = (html: string, keep: 'text' | 'pictures' = 'text'): string =>
  sanitize(html, {
    allowedTags: [
      'p',
      'br',
      'b',
      'strong',
      'i',
      'em',
      'u',
      's',
      'ul',
      'ol',
      'li',
      'a',
      'h1',
      'h2',
      'h3',
      'h4',
      'h5',
      'h6',
      'blockquote',
      'pre',
      'code',
      'table',
      'thead',
      'tbody',
      'tr',
      'td',
      'th',
      'div',
      'span',
      'hr',
      ...(keep === 'pictures' ? ['img'] : []),
    ],
    allowedAttributes: { a: ['href'], img: ['src'] },
    allowedSchemes: ['http', 'https', 'mailto', 'tel'],
    transformTags: {
      img: (_tag, { src = '', alt }) =>
        keep === 'pictures' && src.startsWith('/web/image/')
          ? { tagName: 'img', attribs: { src } }
          : { tagName: 'a', attribs: { href: src }, text: alt || src },
    },
  }).trim();

const LAYOUT =
  'style class align valign width height bgcolor background border cellpadding cellspacing colspan rowspan color face size alt title'.split(
    ' ',
  );

/**
 * A mail's layout stays, what could run does not: scripts, handlers, style sheets, and attributes that a template
 * engine obeys. `relink` may give a picture another address.
 */
export const mailHtml = (
  html: string,
  relink: (address: string) => string = (address) => address,
): string =>
  sanitize(html, {
    transformTags: {
      '*': (tagName, attribs) => ({ tagName, attribs: relinked(tagName, attribs, relink) }),
    },
    allowedTags: [...sanitize.defaults.allowedTags, 'img', 'center', 'font'],
    allowedAttributes: { '*': LAYOUT, a: ['href', 'name', 'target'], img: ['src'] },
    allowedSchemes: ['http', 'https', 'mailto', 'tel'],
  }).trim();

type Attributes = Readonly<Record<string, string>>;

/** Attributes that hold the address of a picture. */
const pictureAttributes = (tag: string): string[] =>
  tag === 'img' ? ['src', 'background'] : ['background'];

function relinked(
  tag: string,
  attribs: Attributes,
  relink: (address: string) => string,
): Record<string, string> {
  const changed = { ...attribs };
  for (const name of pictureAttributes(tag))
    if (attribs[name]) changed[name] = relink(attribs[name]);
  if (attribs['style']) changed['style'] = relinkUrls(attribs['style'], relink);
  return changed;
}

export interface PicturesOfMail {
  /** By an element: an image, a background, a style of its own. */
  readonly shown: readonly string[];
  /** By nothing but a style sheet, which mailHtml takes out. */
  readonly styled: readonly string[];
}

/** Addresses of the pictures that a mail shows, each once; what it carries in itself is none. */
export function picturesIn(html: string): PicturesOfMail {
  const shown = new Set<string>();
  let [sheets, inSheet] = ['', false];
  const parser = new Parser({
    onopentag(name, attribs) {
      inSheet = name === 'style';
      for (const address of addressesIn(name, attribs)) shown.add(address);
    },
    ontext(text) {
      if (inSheet) sheets += text;
    },
    onclosetag() {
      inSheet = false;
    },
  });
  parser.end(html);
  const styled = urlsIn(sheets).filter((one) => isElsewhere(one) && !shown.has(one));
  return { shown: [...shown], styled: [...new Set(styled)] };
}

const addressesIn = (tag: string, attribs: Attributes): string[] =>
  [
    ...pictureAttributes(tag).map((name) => attribs[name] ?? ''),
    ...urlsIn(attribs['style'] ?? ''),
  ].filter(isElsewhere);

const isElsewhere = (address: string): boolean => !/^(data:|#|$)/i.test(address);

export function imagesIn(html: string): string[] {
  const { shown, styled } = picturesIn(html);
  return [...shown, ...styled];
}

const UNSEEN = new Set(['script', 'style', 'head', 'template']);
/** They do not part words. */
const INLINE = new Set(
  'a abbr b big code em font i ins mark s small span strong sub sup u'.split(' '),
);

/** What a reader sees of it, in one line. */
export function htmlToText(html: string): string {
  let [text, hidden] = ['', 0];
  const part = (name: string): void => {
    if (!INLINE.has(name)) text += ' ';
  };
  const parser = new Parser({
    onopentag(name) {
      if (UNSEEN.has(name)) hidden++;
      part(name);
    },
    ontext(words) {
      if (hidden === 0) text += words;
    },
    onclosetag(name) {
      if (UNSEEN.has(name)) hidden--;
      part(name);
    },
  });
  parser.end(html);
  return text.replace(/\s+/g, ' ').trim();
}

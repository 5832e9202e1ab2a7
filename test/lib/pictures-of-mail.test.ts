/** Pictures of a mail: found wherever a mail can name one, and shown from elsewhere without anything else changing. */
import { array, assert, constantFrom, property, webUrl } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { htmlToText, imagesIn, mailHtml, picturesIn } from '../../src/lib/html.ts';

const attribute = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;');

/** Every way to name a picture in an element. */
const SHOWN: readonly ((url: string) => string)[] = [
  (url) => `<img alt="a" src="${attribute(url)}">`,
  (url) => `<table background="${attribute(url)}"><tr><td>x</td></tr></table>`,
  (url) => `<p style="color:red;background:url(${attribute(url)}) no-repeat">x</p>`,
  (url) => `<p style="background-image:URL( &quot;${attribute(url)}&quot; )">x</p>`,
  (url) => `<td style="${attribute(`list-style:url('${url}')`)}">x</td>`,
];
const STYLED: readonly ((url: string) => string)[] = [
  (url) => `<style>.a > b { background: url("${url}") }</style>`,
  (url) => `<head><style type="text/css">@media x { .b { background:url(${url}) } }</style></head>`,
];
/** What CSS would want escaped does not stand in these. */
const addresses = webUrl({ withQueryParameters: true, withFragments: true }).filter(
  (url) => !/['"()\\]/.test(url),
);

describe('the pictures of a mail', () => {
  it('are found wherever they are named, each once', () => {
    assert(
      property(
        array(addresses, { minLength: 1, maxLength: 5 }),
        constantFrom(...SHOWN),
        constantFrom(...STYLED),
        (urls, show, style) => {
          const wanted = [...new Set(urls)];
          expect(picturesIn(urls.map(show).join(''))).toEqual({ shown: wanted, styled: [] });
          expect(picturesIn(urls.map(style).join('<p>x</p>'))).toEqual({
            shown: [],
            styled: wanted,
          });
          expect(imagesIn([...urls.map(style), ...urls.map(show)].join(''))).toEqual(wanted);
        },
      ),
    );
  });

  it('are shown from where they are said to be, and nothing else changes', () => {
    assert(
      property(addresses, constantFrom(...SHOWN), (url, show) => {
        const html = mailHtml(`<p>a</p>${show(url)}`, (one) =>
          one === url ? '/web/image/7' : one,
        );
        expect(imagesIn(html)).toEqual(['/web/image/7']);
        expect(htmlToText(html)).toBe(htmlToText(mailHtml(`<p>a</p>${show(url)}`)));
        for (const other of ['color:red', 'no-repeat', 'alt="a"'])
          expect(html.includes(other)).toBe(show('').includes(other));
        expect(imagesIn(mailHtml(show(url)))).toEqual([url]);
      }),
    );
  });

  it.each([
    ['what the mail carries itself', '<img src="data:image/png;base64,AAAA">'],
    ['a shape of its own', '<p style="fill:url(#red)">x</p>'],
    ['another sheet', '<style>@import url("https://a.example/b.css");</style>'],
    ['a font', '<style>@font-face { src: url(https://a.example/b.woff) }</style>'],
    ['a comment', '<style>/* url(https://a.example/c.png) */</style>'],
    ['a script', '<script>var a = "url(https://a.example/c.png)"</script>'],
    ['words', '<p>background: url(https://a.example/c.png)</p>'],
  ])('are not %s', (_what, html) => {
    expect(imagesIn(html)).toEqual([]);
  });
});

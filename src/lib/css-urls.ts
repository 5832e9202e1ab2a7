/** Pictures that CSS names with `url(…)`: in a style attribute or a style sheet. */

/**
 * What is no picture comes first: comments, other sheets, fonts. Then the ways to write an address: in double quotes,
 * in single quotes, in none.
 */
const TOKENS =
  /\/\*[^]*?\*\/|@import[^;{}]*|@font-face\s*\{[^}]*\}|\burl\(\s*(?:"([^"]*)"|'([^']*)'|([^\s"'()]*))\s*\)/gi;

export const urlsIn = (css: string): string[] =>
  [...css.matchAll(TOKENS)].map(([, ...forms]) => addressOf(forms)).filter((one) => one !== '');

/** `relink` gives the same address, or another for it. Single quotes: Odoo finds no others when it sends the mail. */
export const relinkUrls = (css: string, relink: (address: string) => string): string =>
  css.replace(TOKENS, (whole, double?: string, single?: string, bare?: string) => {
    const address = addressOf([double, single, bare]);
    const to = address === '' ? '' : relink(address);
    return to === address ? whole : `url('${to}')`;
  });

const addressOf = (forms: readonly (string | undefined)[]): string =>
  (forms.find((form) => form !== undefined) ?? '').trim();

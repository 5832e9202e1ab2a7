import { parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js/max';

const CACHED = 50_000;
const NANP = /^(?:\+?1[-. ]?)?(?:\(([2-9]\d\d)\) ?|([2-9]\d\d)[-. ]?)([2-9]\d\d)[-. ]?(\d{4})$/;

export type PhoneFormatter = (text: string) => string;

/**
 * The international form when the number is valid, else what was written: a number somebody can still read beats none.
 * Parsing costs some 30 µs, so US numbers are recognised by their shape and only the area code is asked for.
 */
export function phoneFormatter(country: string): PhoneFormatter {
  const known = new Map<string, string>();
  const areas = new Map<string, boolean>();
  return (text) => {
    const us = country === 'US' ? NANP.exec(text) : null;
    if (us) return fromParts(text, us[1] ?? us[2] ?? '', us[3] ?? '', us[4] ?? '', areas);
    return remember(known, text, () => format(text, country));
  };
}

function fromParts(
  text: string,
  area: string,
  exchange: string,
  line: string,
  areas: Map<string, boolean>,
): string {
  const valid = remember(
    areas,
    area + exchange,
    () => parsePhoneNumberFromString(`${area}${exchange}${line}`, 'US')?.isValid() === true,
  );
  return valid ? `+1 ${area} ${exchange} ${line}` : text;
}

function format(text: string, country: string): string {
  const parsed = parsePhoneNumberFromString(text, {
    defaultCountry: country as CountryCode,
    extract: false,
  });
  return parsed?.isValid() ? parsed.formatInternational() : text;
}

function remember<T>(cache: Map<string, T>, key: string, make: () => T): T {
  const found = cache.get(key);
  if (found !== undefined) return found;
  if (cache.size >= CACHED) cache.clear();
  const made = make();
  cache.set(key, made);
  return made;
}

/** Countries and states by name or code, as the Odoo at hand knows them. */
import { foldText } from '../lib/names.ts';
import type { Catalog } from './mapping.ts';

export interface Places {
  /** Null where Odoo has none of that name. Without a country, the state is looked for in the default one. */
  find(
    country: string,
    state: string,
  ): { readonly countryId: number | null; readonly stateId: number | null };
}

/** What exports write and Odoo does not. */
const ALIASES: Readonly<Record<string, string>> = {
  usa: 'US',
  'u.s.': 'US',
  'u.s.a.': 'US',
  'united states of america': 'US',
  america: 'US',
  uk: 'GB',
  'great britain': 'GB',
  england: 'GB',
  scotland: 'GB',
  wales: 'GB',
};

export function placesOf(catalog: Catalog, defaultCountry: string): Places {
  const byName = new Map<string, number>();
  for (const one of catalog.countries) {
    byName.set(foldText(one.name), one.id);
    byName.set(one.code.toLowerCase(), one.id);
  }
  const states = new Map<string, number>();
  for (const one of catalog.states) {
    states.set(`${one.countryId}/${foldText(one.name)}`, one.id);
    states.set(`${one.countryId}/${one.code.toLowerCase()}`, one.id);
  }
  const countryOf = (text: string): number | null =>
    byName.get(foldText(ALIASES[foldText(text)] ?? text)) ?? null;
  const home = countryOf(defaultCountry);
  return {
    find(country, state) {
      const countryId = country === '' ? home : countryOf(country);
      const stateId =
        state === '' || countryId === null
          ? null
          : (states.get(`${countryId}/${foldText(state)}`) ?? null);
      return { countryId, stateId };
    },
  };
}

/** The JSON of an answer, or undefined where there is none: a login page, a proxy's page, a cut text. */
import type { HttpAnswer } from '../../lib/http.ts';

export function parseJson(answer: HttpAnswer): { readonly value: unknown } | undefined {
  if (!answer.type.includes('json')) return undefined;
  try {
    return { value: JSON.parse(answer.text) as unknown };
  } catch {
    return undefined;
  }
}

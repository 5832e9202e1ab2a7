/** Column profiles of given values, as an inspection would make them. */
import { profileBuilder } from '../../src/source/profile.ts';
import type { ColumnProfile } from '../../src/source/source.ts';

export function profileOf(values: readonly string[]): ColumnProfile {
  const builder = profileBuilder();
  values.forEach((value, index) => builder.add(value, index + 2));
  return builder.build(values.length);
}

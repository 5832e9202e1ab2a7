/** Who said no is told from who said yes, whatever the column asks. */
import { expect, it } from 'vitest';
import { saysNo } from '../../src/mapping/compose-optout.ts';

it.each([
  ['Opt Out', 'Opt In Status', true],
  ['opted-out', 'Status', true],
  ['Bounced', 'Status', true],
  ['Spam Report', 'Email Opt In Status', true],
  ['Opt In', 'Opt In Status', false],
  ['Pending', 'Opt In Status', false],
  ['Unknown', 'Opt In Status', false],
  ['', 'Opt Out', false],
  ['Yes', 'Opt In', false],
  ['No', 'Opt In', true],
  ['Yes', 'Opt Out', true],
  ['No', 'Email Opt Out', false],
  ['1', 'Unsubscribed', true],
  ['Yes', 'Email Status', false],
])('"%s" under "%s" says no: %s', (status, column, no) => {
  expect(saysNo(status, column)).toBe(no);
});

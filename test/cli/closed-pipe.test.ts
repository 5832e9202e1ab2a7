/** `waybill … | head -1`: whoever reads may stop reading, without a crash and with the exit code that the work has. */
import { expect, it } from 'vitest';
import { startWaybill } from '../support/project.ts';

it.each([
  ['--help', 0],
  ['catalogue', 0],
  ['status', 2],
])('%s into a closed pipe ends as it would without', async (command, code) => {
  const { child, done } = startWaybill([command, '--json'].slice(0, command === '--help' ? 1 : 2));
  child.stdout?.destroy();
  const ran = await done;
  expect([ran.code, ran.signal]).toEqual([code, null]);
  expect(ran.stderr).not.toMatch(/EPIPE|\bat .*:\d+/);
});

it('a closed standard error does not keep the result from standard output', async () => {
  const { child, done } = startWaybill(['status', 'nowhere', '--json']);
  child.stderr?.destroy();
  const ran = await done;
  expect(ran.code).toBe(2);
  expect(ran.json()).toMatchObject({ error: { code: expect.stringMatching(/^WB_/) as string } });
});

/** A key out of the system's keychain, through the keychain's own program: no module of ours has to know each of them. */
import { spawnSync } from 'node:child_process';
import { WaybillError } from '../core/errors.ts';
import { registerSecret } from '../lib/redact.ts';

/** A keychain may ask a person to unlock it first. */
const TIMEOUT_MS = 120_000;

/** What it prints first is the key. Its errors go to the terminal; its output goes nowhere. Throws WB_KEY_MISSING. */
export function keyFrom([program = '', ...args]: readonly string[], setting: string): string {
  const { status, stdout, error } = spawnSync(program, args, {
    stdio: ['inherit', 'pipe', 'inherit'],
    encoding: 'utf8',
    timeout: TIMEOUT_MS,
  });
  const key = status === 0 ? (stdout.trim().split('\n')[0] ?? '').trim() : '';
  if (key === '') throw noKey(program, setting, reason(status, error));
  registerSecret(key);
  return key;
}

const reason = (status: number | null, error: Error | undefined): string => {
  if (error) return `cannot be run (${error.message})`;
  return status === 0 ? 'printed nothing' : `ended with ${status ?? 'a signal'}`;
};

const noKey = (program: string, setting: string, why: string): WaybillError =>
  new WaybillError('WB_KEY_MISSING', `${setting}: "${program}" gives no API key: it ${why}.`, {
    next: 'Run it by hand to see what it says, or give the key in the environment (docs/commands.md).',
  });

/** Vitest's globalSetup: builds the program once, before the first test. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { BUILT, ROOT } from './program.ts';

export default function setup(): void {
  mkdirSync(BUILT, { recursive: true });
  execFileSync(process.execPath, [join(ROOT, 'scripts/build.ts'), BUILT], { stdio: 'inherit' });
  for (const name of ['bin', 'package.json'])
    cpSync(join(ROOT, name), join(BUILT, name), { recursive: true });
  // What a checkout has beside the program: Odoo for the demo, and the stand-in for the API.
  for (const name of ['scripts', 'test']) {
    rmSync(join(BUILT, name), { force: true });
    symlinkSync(join(ROOT, name), join(BUILT, name));
  }
}

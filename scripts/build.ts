/** Makes dist/: the compiled program, and the files it reads beside itself. */
import { spawnSync } from 'node:child_process';
import { cpSync, globSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const tsc = join(root, 'node_modules/typescript/bin/tsc');

rmSync(join(root, 'dist'), { recursive: true, force: true });
const compiled = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], {
  cwd: root,
  stdio: ['ignore', 2, 2],
});
for (const file of globSync('src/**/*.sql', { cwd: root }))
  cpSync(join(root, file), join(root, 'dist', file.slice('src/'.length)));
process.exitCode = compiled.status ?? 1;

#!/usr/bin/env node
// Plain old JavaScript on purpose: it must parse on a Node that cannot run the rest, to say so plainly.
var major = Number(process.versions.node.split('.')[0]);
if (major < 24) {
  process.stderr.write(
    'waybill needs Node.js 24 or newer; this is Node.js ' +
      process.versions.node +
      '.\nInstall Node.js 24 (LTS), or in a checkout run it through npm, which brings its own: npm run waybill -- --help\n',
  );
  process.exit(2);
}
// The published package carries dist/; a checkout runs its TypeScript as it stands. What Node made of either is kept,
// where that may be written: half a second less for a checkout from the second command on. How memory is used is
// settled before the rest is loaded.
void Promise.all([import('node:fs'), import('node:module'), import('node:url')]).then(
  function (modules) {
    var checkout = modules[0].existsSync(new URL('../src/cli/main.ts', import.meta.url));
    var file = function (name) {
      var path = checkout ? '../src/' + name + '.ts' : '../dist/' + name + '.js';
      return String(new URL(path, import.meta.url));
    };
    var kept = new URL(
      checkout ? '../node_modules/.cache/waybill' : '../dist/.cache',
      import.meta.url,
    );
    modules[1].enableCompileCache(modules[2].fileURLToPath(kept));
    return import(file('lib/small-heap')).then(function () {
      return import(file('cli/main'));
    });
  },
);

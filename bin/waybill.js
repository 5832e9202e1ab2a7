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
// The published package carries dist/; a checkout runs its TypeScript as it stands.
void import('node:fs').then(function (fs) {
  var checkout = fs.existsSync(new URL('../src/cli/main.ts', import.meta.url));
  var file = function (name) {
    var path = checkout ? '../src/' + name + '.ts' : '../dist/' + name + '.js';
    return String(new URL(path, import.meta.url));
  };
  return import(file('lib/small-heap')).then(function () {
    return import(file('cli/main'));
  });
});

// Runs many bundles in one process, each by the loader of its format: `node runner.mjs jobs.json results.json`.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path, { posix } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runInThisContext } from 'node:vm';

const require = createRequire(import.meta.url);
const { System } = require('systemjs/dist/system-node.cjs');
const realm = Symbol.for('module-phases');
System.set('node:path', { ...path, default: path });

const loaded = new Map();
const loaders = {
  es: (dir, entry) => import(pathToFileURL(`${dir}/${entry}.js`).href),
  cjs: async (dir, entry) => require(`${dir}/${entry}.js`),
  iife: async (dir, entry) => require(`${dir}/${entry}.js`),
  umd: async (dir, entry) => require(`${dir}/${entry}.js`),
  amd: async (dir, entry) => loadAmd(dir, `./${entry}`),
  system: (dir, entry) => System.import(pathToFileURL(`${dir}/${entry}.js`).href),
};

/** A module in a cycle sees the exports that are there so far, as with any loader of the format. */
function loadAmd(dir, id) {
  if (id.startsWith('node:')) return require(id);
  const file = `${dir}/${id.replace(/\.js$/, '')}.js`;
  if (loaded.has(file)) return loaded.get(file);
  const exports = {};
  loaded.set(file, exports);
  const resolve = (name) => (name.startsWith('.') ? `./${posix.join(posix.dirname(id), name)}` : name);
  const load = (name) => loadAmd(dir, resolve(name));
  const special = {
    exports,
    module: { uri: pathToFileURL(file).href },
    require: (names, then) => setImmediate(() => then(...names.map(load))),
  };
  const define = (names, factory) => factory(...names.map((name) => special[name] ?? load(name)));
  const adapted = (...args) => (typeof args[0] === 'function' ? args[0]() : define(...args));
  runInThisContext(`(function (define, require) {${readFileSync(file, 'utf8')}\n})`)(
    adapted,
    special.require,
  );
  return exports;
}

const [jobsFile, resultsFile] = process.argv.slice(2);
const { log } = console;
process.on('unhandledRejection', () => {});
const results = [];
for (const { format, dir, entries, isLazy } of JSON.parse(readFileSync(jobsFile, 'utf8'))) {
  const lines = [];
  console.log = (...values) => lines.push(values.join(' '));
  const first = globalThis[realm]?.events.length ?? 0;
  for (const entry of entries) {
    try {
      const exports = await loaders[format](dir, entry);
      lines.push(`exports ${describe(exports)}`);
    } catch (error) {
      lines.push(`failed ${String(error?.originalError?.message ?? error?.message ?? error)}`);
    }
  }
  await settled(lines, isLazy);
  console.log = log;
  const trace = globalThis[realm];
  results.push({ lines, events: trace?.events.slice(first) ?? [], failures: trace?.failures ?? 0 });
}
writeFileSync(resultsFile, JSON.stringify(results));

/** A job whose parts load later has ended when it has been silent for a while. */
async function settled(lines, isLazy) {
  await new Promise((resolve) => setImmediate(resolve));
  for (let last = -1; isLazy && last !== lines.length; ) {
    last = lines.length;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

function describe(exports) {
  return Object.keys(exports ?? {})
    .sort()
    .map((name) => {
      try {
        return `${name}=${typeof exports[name]}`;
      } catch (error) {
        return `${name}!${error.name}`;
      }
    })
    .join();
}

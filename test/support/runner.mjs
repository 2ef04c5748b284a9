// Runs many bundles in one process, each by the loader of its format: `node runner.mjs jobs.json results.json`.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { runInThisContext } from 'node:vm';

const require = createRequire(import.meta.url);
const { System } = require('systemjs/dist/system-node.cjs');
const realm = Symbol.for('module-phases');

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
  const file = `${dir}/${id}.js`;
  if (loaded.has(file)) return loaded.get(file);
  const exports = {};
  loaded.set(file, exports);
  const define = (dependencies, factory) => {
    const args = dependencies.map((name) => (name === 'exports' ? exports : loadAmd(dir, name)));
    factory(...args);
  };
  const adapted = (...args) => (typeof args[0] === 'function' ? define([], args[0]) : define(...args));
  runInThisContext(`(function (define) {${readFileSync(file, 'utf8')}\n})`)(adapted);
  return exports;
}

const [jobsFile, resultsFile] = process.argv.slice(2);
const { log } = console;
process.on('unhandledRejection', () => {});
const results = [];
for (const { format, dir, entries } of JSON.parse(readFileSync(jobsFile, 'utf8'))) {
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
  await new Promise((resolve) => setImmediate(resolve));
  console.log = log;
  const trace = globalThis[realm];
  results.push({ lines, events: trace?.events.slice(first) ?? [], failures: trace?.failures ?? 0 });
}
writeFileSync(resultsFile, JSON.stringify(results));

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

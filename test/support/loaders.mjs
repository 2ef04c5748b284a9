// How Node runs the chunks of each format: `load[format](dir, entry)`.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path, { posix } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runInThisContext } from 'node:vm';

const require = createRequire(import.meta.url);
const { System } = require('systemjs/dist/system-node.cjs');
System.set('node:path', { ...path, default: path });

const loaded = new Map();

export const load = {
  es: (dir, entry) => import(pathToFileURL(`${dir}/${entry}.js`).href),
  cjs: async (dir, entry) => require(`${dir}/${entry}.js`),
  iife: async (dir, entry) => require(`${dir}/${entry}.js`),
  umd: async (dir, entry) => require(`${dir}/${entry}.js`),
  amd: async (dir, entry) => loadAmd(dir, `./${entry}`),
  system: (dir, entry) => System.import(pathToFileURL(`${dir}/${entry}.js`).href),
};

/** A module in a cycle sees the exports that are there so far, as with any loader of the format. */
function loadAmd(dir, id) {
  if (!id.startsWith('.')) return createRequire(`${dir}/`)(id);
  const file = `${dir}/${id.replace(/\.js$/, '')}.js`;
  if (loaded.has(file)) return loaded.get(file);
  const exports = {};
  loaded.set(file, exports);
  const resolve = (name) => (name.startsWith('.') ? `./${posix.join(posix.dirname(id), name)}` : name);
  const load = (name) => loadAmd(dir, resolve(name));
  const special = {
    exports,
    module: { uri: pathToFileURL(file).href },
    require: (names, then, fail) =>
      setImmediate(() => {
        let modules;
        try {
          modules = names.map(load);
        } catch (error) {
          return fail(error);
        }
        then(...modules);
      }),
  };
  const define = (names, factory) => factory(...names.map((name) => special[name] ?? load(name)));
  const adapted = (...args) => define(...(args.length > 1 ? args : [[], ...args]));
  const wrapped = `(function (define, require) {${readFileSync(file, 'utf8')}\n})`;
  runInThisContext(wrapped, { filename: file })(adapted, special.require);
  return exports;
}

// One build in a process of its own: `node build.mjs app mode out [modules]` writes the bundle to the folder `out`, with
// `modules` a chunk a module, and prints `{ cpu, mb, bytes, gzip }`; `cpu` is the time that all threads of the process
// worked, user and system, in milliseconds.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import commonjs from '@rollup/plugin-commonjs';
import json from '@rollup/plugin-json';
import nodeResolve from '@rollup/plugin-node-resolve';
import replace from '@rollup/plugin-replace';
import { rollup } from 'rollup';
import esbuild from 'rollup-plugin-esbuild';
import { entriesOf, isGraph, isTyped, writeModules } from './apps.mjs';

const [app, mode, out, shape] = process.argv.slice(2);
const root = fileURLToPath(new URL('../..', import.meta.url));

// On disk, as the modules of a project are.
const folder = mkdtempSync(join(tmpdir(), 'module-phases-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
writeModules(app, folder);
symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));

const tracerOf = async (options) => (await import('rollup-plugin-module-phases')).default(options);
const tracers = {
  plain: async () => null,
  // Reads in the packages too.
  traced: () => tracerOf({ include: /./, console: false, root }),
  manifest: () => tracerOf({ include: /./, console: false, root, manifest: 'manifest.json' }),
  default: () => tracerOf({ root: folder }),
  // What the build says of the order would end it.
  'traced-gated': () => tracerOf({ include: /./, console: false, root, gate: 'warning' }),
  'default-gated': () => tracerOf({ root: folder, gate: 'warning' }),
  disabled: () => tracerOf({ enabled: false }),
  istanbul: async () =>
    (await import('rollup-plugin-istanbul')).default({ include: ['**/*.js', '**/*.mjs'] }),
};
const tracer = await tracers[mode]();

const isNode = /antd$|^app-/.test(app);
const plugins = isGraph(app)
  ? [isTyped(app) && esbuild({ target: 'es2022' })]
  : [
      replace({ preventAssignment: true, 'process.env.NODE_ENV': '"production"' }),
      nodeResolve({ preferBuiltins: true, exportConditions: [isNode ? 'node' : 'es2015'] }),
      isNode && [commonjs(), json()],
    ];

const entries = entriesOf(app);
const isOne = entries.length === 1;
const began = process.cpuUsage();
const bundle = await rollup({
  input: entries.map((entry) => join(folder, entry)),
  onLog() {},
  plugins: [plugins, tracer],
});
const { output } = await bundle.generate({
  format: 'es',
  ...(shape === 'modules' ? { preserveModules: true } : { inlineDynamicImports: isOne }),
  entryFileNames: isOne && shape !== 'modules' ? 'main.mjs' : '[name].mjs',
  chunkFileNames: '[name].mjs',
});
const { user, system } = process.cpuUsage(began);
const { maxRSS } = process.resourceUsage();

for (const file of output) {
  const path = join(out, file.fileName);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, file.code ?? file.source);
}
if (!isOne) writeFileSync(join(out, 'main.mjs'), importsOf(output));
const text = output.map(({ code = '' }) => code).join('');
console.log(
  JSON.stringify({
    cpu: (user + system) / 1000,
    mb: maxRSS / 1024,
    bytes: Buffer.byteLength(text),
    gzip: gzipSync(text, { level: 9 }).length,
  }),
);

/** A module that loads one entry after another. */
function importsOf(chunks) {
  const names = chunks.filter(({ isEntry }) => isEntry).map(({ fileName }) => `./${fileName}`);
  return `for (const entry of ${JSON.stringify(names)}) await import(entry);\nconsole.log('loaded');\n`;
}

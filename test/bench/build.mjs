// One build in a process of its own: `node build.mjs app mode out` writes the bundle to the folder `out`, and prints
// `{ ms, mb, bytes, gzip }`.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import commonjs from '@rollup/plugin-commonjs';
import json from '@rollup/plugin-json';
import nodeResolve from '@rollup/plugin-node-resolve';
import replace from '@rollup/plugin-replace';
import { rollup } from 'rollup';
import { isGraph, writeModules } from './apps.mjs';

const [app, mode, out] = process.argv.slice(2);
const root = fileURLToPath(new URL('../..', import.meta.url));

// On disk, as the modules of a project are.
const folder = mkdtempSync(join(tmpdir(), 'module-phases-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
writeModules(app, folder);
symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));

const tracers = {
  plain: async () => null,
  // Reads in the packages too.
  traced: async () =>
    (await import('rollup-plugin-module-phases')).default({ include: /./, console: false, root }),
  istanbul: async () =>
    (await import('rollup-plugin-istanbul')).default({ include: ['**/*.js', '**/*.mjs'] }),
};
const tracer = await tracers[mode]();

const packagePlugins = [
  replace({ preventAssignment: true, 'process.env.NODE_ENV': '"production"' }),
  nodeResolve({ preferBuiltins: true, exportConditions: [app === 'antd' ? 'node' : 'es2015'] }),
  app === 'antd' && [commonjs(), json()],
];

const began = performance.now();
const bundle = await rollup({
  input: join(folder, 'main.js'),
  onLog() {},
  plugins: [!isGraph(app) && packagePlugins, tracer],
});
const { output } = await bundle.generate({ format: 'es', inlineDynamicImports: true });
const ms = performance.now() - began;
const { maxRSS } = process.resourceUsage();

mkdirSync(out, { recursive: true });
const [{ code }] = output;
writeFileSync(join(out, 'main.mjs'), code);
console.log(
  JSON.stringify({
    ms,
    mb: maxRSS / 1024,
    bytes: Buffer.byteLength(code),
    gzip: gzipSync(code, { level: 9 }).length,
  }),
);

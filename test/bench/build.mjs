// One build in a process of its own: `node build.mjs app mode out` prints `{ ms, mb, bytes }`.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import commonjs from '@rollup/plugin-commonjs';
import json from '@rollup/plugin-json';
import nodeResolve from '@rollup/plugin-node-resolve';
import replace from '@rollup/plugin-replace';
import { rollup } from 'rollup';
import { generated, PACKAGES } from './apps.mjs';

const [app, mode, out] = process.argv.slice(2);
const root = fileURLToPath(new URL('../..', import.meta.url));
const isGraph = /^\d+$/.test(app);
const modules = isGraph ? generated(Number(app)) : { 'main.js': PACKAGES[app] };

// On disk, as the modules of a project are.
const folder = mkdtempSync(join(tmpdir(), 'module-phases-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
for (const [path, text] of Object.entries(modules)) writeFileSync(join(folder, path), text);
symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));

const tracers = {
  plain: async () => [],
  // Reads in the packages too.
  traced: async () => [
    (await import('rollup-plugin-module-phases')).default({ include: /./, console: false, root }),
  ],
  default: async () => [(await import('rollup-plugin-module-phases')).default({ console: false, root })],
  istanbul: async () => [
    (await import('rollup-plugin-istanbul')).default({ include: ['**/*.js', '**/*.mjs'] }),
  ],
};
const [tracer] = await tracers[mode]();

const began = performance.now();
const bundle = await rollup({
  input: join(folder, 'main.js'),
  onLog() {},
  plugins: [
    !isGraph && replace({ preventAssignment: true, 'process.env.NODE_ENV': '"production"' }),
    !isGraph && nodeResolve({ preferBuiltins: true, exportConditions: [app === 'antd' ? 'node' : 'es2015'] }),
    !isGraph && app === 'antd' && commonjs(),
    !isGraph && app === 'antd' && json(),
    tracer,
  ],
});
const { output } = await bundle.generate({ format: 'es', inlineDynamicImports: true });
const ms = performance.now() - began;
mkdirSync(out, { recursive: true });
for (const file of output)
  writeFileSync(`${out}/${file.fileName.replace(/\.js$/, '.mjs')}`, file.code ?? file.source);
const { maxRSS } = process.resourceUsage();
console.log(JSON.stringify({ ms, mb: maxRSS / 1024, bytes: output[0].code.length }));

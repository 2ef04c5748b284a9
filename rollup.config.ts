import { readFileSync } from 'node:fs';
import { defineConfig } from 'rollup';
import { dts } from 'rollup-plugin-dts';
import esbuild from 'rollup-plugin-esbuild';

const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as { dependencies: object };
const external = [/^node:/, 'rollup', ...Object.keys(dependencies)];

export default defineConfig([
  {
    // The runtime goes into bundles as text: one statement that declares `createBuild`.
    input: 'src/runtime/index.ts',
    output: { file: 'dist/runtime.js', format: 'iife', name: 'createBuild' },
    plugins: [esbuild({ target: 'es2020', minify: true })],
  },
  {
    input: 'src/index.ts',
    external,
    output: { file: 'dist/index.js', format: 'es' },
    plugins: [esbuild({ target: 'node20' })],
  },
  {
    input: 'src/index.ts',
    external,
    output: { file: 'dist/index.d.ts', format: 'es' },
    plugins: [dts()],
  },
]);

/** Every setting that shapes chunks or their text: the same chunks and logs, the same output of the program. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { type InputOptions, type OutputOptions, type Plugin, rollup } from 'rollup';
import modulePhases from 'rollup-plugin-module-phases';
import { expectSameBundle, isRuntime, listener } from '../support/same-bundle.ts';

const runner = fileURLToPath(new URL('../support/runner.mjs', import.meta.url));

const APP: Record<string, string> = {
  'main.js': `import { a, incA, fa } from './a.js';
import { b } from './b.js';
import * as shared from './shared.js';
import legacy, * as builtin from 'node:path';
import { sep } from 'node:path';
import data, { version } from './data.json';
import { virtual } from 'virtual:answer';
import { synthetic } from './synthetic.js';
import './effects.js';
// what stands before a statement stays before it
console.log('main', a, b, shared.shared, Object.keys(shared).join(), fa());
console.log(legacy.sep === builtin.sep, sep, builtin.join('a', 'b'), data.name, version, virtual, synthetic);
incA(); console.log(a);
import('./lazy.js').then(({ lazy, default: Lazy }) => console.log('lazy', lazy, Lazy.name));
export { a, incA as default };
`,
  'second.js': `import { shared, bump } from './shared.js';
import { b } from './b.js';
bump();
console.log('second', shared, b, typeof import.meta.url);
export const second = shared;
`,
  'a.js': `import { useB, b } from './b.js';
export let a = 1;
export function incA() { a++; ++a; return a += 1 }
try { console.log('a sees', b) } catch (e) { console.log(e.name) }
export function fa() { return 'fa' + useB() }
`,
  'b.js': `import { fa, a } from './a.js';
import { shared } from './shared.js';
try { console.log('b calls', fa()) } catch (e) { console.log(e.message) }
try { console.log('b sees', a) } catch (e) { console.log(e.message) }
export const b = 'b' + shared;
export function useB() { try { return b } catch (e) { return e.name } }
`,
  'shared.js': `export let shared = 's', other = 1;
export function bump() { shared += '!'; [other] = [other + 1]; }
export * from './barrel.js';
`,
  'barrel.js': `export { deep as default, deep } from './deep.js';\n`,
  'deep.js': `export var deep = 'deep';\nexport const unused = /*#__PURE__*/ Object.freeze({});\n`,
  'lazy.js': `import { shared, other } from './shared.js';
import { a } from './a.js';
export const lazy = shared + other + a;
export default class Lazy {}
`,
  'effects.js': `console.log('effects', this === undefined);\n`,
  'synthetic.js': `export const __synthetic = { synthetic: 'made up' };\n`,
  'data.json': `{ "name": "data", "version": "1.0.0" }`,
};

/** JSON, a virtual module, and exports made up at build time, as plugins make them. */
const sources: Plugin = {
  name: 'sources',
  resolveId: (id) => (id === 'virtual:answer' ? '\0virtual:answer' : null),
  load: (id) => (id === '\0virtual:answer' ? 'export const virtual = 42;' : null),
  transform(code, id) {
    if (id.endsWith('.json')) {
      return {
        code: `export const name = ${JSON.stringify(JSON.parse(code).name)};\nexport const version = '1';\nexport default { name, version };\n`,
        map: null,
      };
    }
    return id.endsWith('synthetic.js') ? { code, map: null, syntheticNamedExports: '__synthetic' } : null;
  },
};

interface Setting {
  title: string;
  input?: InputOptions;
  output?: OutputOptions;
  /** Formats it makes sense in; all that split by default. */
  formats?: readonly OutputOptions['format'][];
  /** @default ['main'] */
  entries?: string[];
  plugins?: Plugin[];
}

const SPLIT = ['es', 'cjs', 'amd', 'system'] as const;
const SINGLE = [...SPLIT, 'umd', 'iife'] as const;
const two = { input: ['main.js', 'second.js'] };

const SETTINGS: Setting[] = [
  { title: 'one entry, a dynamic import' },
  { title: 'two entries', input: two, entries: ['main', 'second'] },
  { title: 'two entries, the second one first', input: two, entries: ['second', 'main'] },
  {
    title: 'chunks by hand',
    output: { manualChunks: (id) => (/(?:a|lazy)\.js$/.test(id) ? 'lib' : undefined) },
  },
  {
    title: 'a cycle of chunks',
    output: { manualChunks: (id) => /(a|b|shared)\.js$/.exec(id)?.[1] ?? undefined },
  },
  { title: 'preserveModules', output: { preserveModules: true } },
  {
    title: 'preserveModules with a root',
    output: { preserveModules: true, preserveModulesRoot: '.' },
    input: two,
  },
  { title: 'inlineDynamicImports', output: { inlineDynamicImports: true }, formats: SINGLE },
  { title: 'hoistTransitiveImports: false', output: { hoistTransitiveImports: false }, input: two },
  { title: 'compact', output: { compact: true } },
  { title: 'no indentation, not strict', output: { indent: false, strict: false } },
  { title: 'generatedCode: es5', output: { generatedCode: 'es5' } },
  { title: 'generatedCode: es2015', output: { generatedCode: { preset: 'es2015', symbols: true } } },
  { title: 'freeze: false, esModule: false', output: { freeze: false, esModule: false } },
  { title: 'treeshake: false', input: { treeshake: false } },
  { title: 'treeshake: smallest', input: { treeshake: 'smallest' } },
  { title: 'treeshake: safest', input: { treeshake: 'safest' } },
  {
    title: 'treeshake without annotations',
    input: { treeshake: { annotations: false, tryCatchDeoptimization: false } },
  },
  ...(['auto', 'compat', 'default', 'esModule'] as const).map((interop) => ({
    title: `interop: ${interop}`,
    output: { interop },
    formats: ['cjs', 'amd'] as const,
  })),
  { title: 'externalLiveBindings: false', output: { externalLiveBindings: false } },
  { title: 'minifyInternalExports', output: { minifyInternalExports: true } },
  {
    title: 'preserveEntrySignatures: false',
    input: { ...two, preserveEntrySignatures: false },
    entries: ['main', 'second'],
  },
  {
    title: 'preserveEntrySignatures: strict with facades',
    input: { ...two, preserveEntrySignatures: 'strict' },
    output: { manualChunks: () => 'all' },
    entries: ['main', 'second'],
  },
  {
    title: 'banner, footer, intro and outro',
    output: { banner: '/* banner */', footer: '/* footer */', intro: '/** intro */', outro: '/* outro */' },
  },
  { title: "'use client' as a banner", output: { banner: "'use client';" }, formats: ['es'] },
  { title: 'a hashbang as a banner', output: { banner: '#!/usr/bin/env node' }, formats: ['es', 'cjs'] },
  {
    title: 'hashes in names and folders',
    output: { entryFileNames: '[name].js', chunkFileNames: 'chunks/[hash].hash/[name]-[hash].hash.js' },
  },
  {
    title: 'chunks in folders',
    output: { entryFileNames: '[name].js', chunkFileNames: 'deep/[format]/[name].js' },
  },
  {
    title: 'names by functions',
    output: {
      entryFileNames: ({ name }) => `${name}.js`,
      chunkFileNames: ({ name }) => `by-function/${name}.js`,
    },
  },
  {
    title: 'one name for all chunks',
    output: { entryFileNames: '[name].js', chunkFileNames: 'chunks/chunk.js' },
  },
  {
    title: 'hashes alone',
    output: { entryFileNames: '[name].js', chunkFileNames: 'assets/[hash:8].hash.js' },
  },
  {
    title: "the runtime's own name",
    input: two,
    output: { entryFileNames: ({ name }) => (name === 'main' ? 'Module-Phases.js' : 'module-phases2.js') },
    entries: ['Module-Phases'],
  },
  { title: 'the runtime in a file, of one chunk', output: { inlineDynamicImports: true } },
  { title: 'source maps', output: { sourcemap: true } },
  { title: 'inline source maps', output: { sourcemap: 'inline' } },
  { title: 'paths', output: { paths: { 'node:path': 'path' } }, formats: ['es', 'cjs'] },
  { title: 'dynamicImportInCjs: false', output: { dynamicImportInCjs: false }, formats: ['cjs'] },
  { title: 'systemNullSetters: false', output: { systemNullSetters: false }, formats: ['system'] },
  {
    title: 'amd: extension and name',
    output: { amd: { forceJsExtensionForImports: true } },
    formats: ['amd'],
    entries: [],
  },
  {
    title: 'amd: an id',
    output: { amd: { id: 'the-app' }, inlineDynamicImports: true },
    formats: ['amd'],
    entries: [],
  },
  { title: 'amd: another define', output: { amd: { define: 'def' } }, formats: ['amd'], entries: [] },
  {
    title: 'extend and globals',
    output: {
      extend: true,
      name: 'my.app',
      globals: { 'node:path': 'require("path")' },
      inlineDynamicImports: true,
    },
    formats: ['iife', 'umd'],
    entries: [],
  },
  {
    title: 'noConflict',
    output: { noConflict: true, inlineDynamicImports: true },
    formats: ['umd'],
    entries: [],
  },
  { title: 'experimentalMinChunkSize', output: { experimentalMinChunkSize: 1 }, input: two },
  {
    title: 'shimMissingExports',
    input: { shimMissingExports: true },
    plugins: [patch('lazy.js', (code) => `${code}import { none } from './deep.js'; console.log(none);`)],
  },
  { title: 'an emitted chunk', plugins: [emitting({ type: 'chunk', id: 'second.js', name: 'emitted' })] },
  {
    title: 'implicitlyLoadedAfterOneOf',
    plugins: [emitting({ type: 'chunk', id: 'second.js', implicitlyLoadedAfterOneOf: ['main.js'] })],
  },
  { title: 'validate', output: { validate: true } },
  { title: 'a minifier after ours', plugins: [minifier()] },
];

function patch(name: string, change: (code: string) => string): Plugin {
  return {
    name: 'patch',
    transform: (code, id) => (id.endsWith(name) ? { code: change(code), map: null } : null),
  };
}

function emitting(file: {
  type: 'chunk';
  id: string;
  name?: string;
  implicitlyLoadedAfterOneOf?: string[];
}): Plugin {
  let dir = '';
  return {
    name: 'emitting',
    options: (options) => {
      dir = dirname(String(Array.isArray(options.input) ? options.input[0] : options.input));
    },
    buildStart() {
      const after = file.implicitlyLoadedAfterOneOf?.map((id) => join(dir, id));
      this.emitFile({ ...file, id: join(dir, file.id), ...(after && { implicitlyLoadedAfterOneOf: after }) });
    },
  };
}

/** Stands for any that reprints: comments are gone, names stay. */
function minifier(): Plugin {
  return {
    name: 'minifier',
    async renderChunk(code, _chunk, { format }) {
      const { transform } = await import('esbuild');
      return transform(code, {
        minifyWhitespace: true,
        format: format === 'es' ? 'esm' : 'iife',
        treeShaking: false,
      }).then((result) => ({ code: format === 'es' ? result.code : code, map: null }));
    },
  };
}

describe('settings', () => {
  const folder = mkdtempSync(join(tmpdir(), 'module-phases-settings-'));
  const source = join(folder, 'source');
  before(() => writeAll(source, APP));
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const setting of SETTINGS) {
    for (const format of setting.formats ?? SPLIT) {
      it(`${setting.title} (${format}): the same chunks, the same program`, async () => {
        const name = `${setting.title.replace(/\W+/g, '-')}-${format}`;
        const plain = await build(setting, format, join(folder, name, 'plain'), false);
        const traced = await build(setting, format, join(folder, name, 'traced'), true);
        expectSameBundle(traced, plain, { anyOrder: setting.output?.preserveModules ?? false });
        const entries = setting.entries ?? ['main'];
        if (entries.length === 0) return;
        const [one, other] = run(
          [plain, traced].map(({ dir }) => ({
            format,
            dir,
            entries,
            lastLines: { main: 'lazy', 'Module-Phases': 'lazy' },
          })),
          join(folder, name),
        );
        expect(other?.lines).to.deep.equal(one?.lines);
        expect(other?.failures).to.equal(0);
        expect(one?.lines.join('\n'), 'the program ran').to.match(/^main 7 bs s|^main 1 bs s/m);
        const started = other?.events
          .filter(({ type }) => type === 'evaluate-start')
          .map(({ module }) => module);
        expect(started).to.include.members([
          'main.js',
          'a.js',
          'b.js',
          'shared.js',
          'virtual:virtual:answer',
        ]);
      });
    }
  }

  async function build(
    { input = {}, output = {}, plugins = [], title }: Setting,
    format: OutputOptions['format'],
    dir: string,
    traced: boolean,
  ) {
    const { logs, onLog } = listener();
    const names = [input.input ?? 'main.js'].flat() as string[];
    const bundle = await rollup({
      external: ['node:path'],
      ...input,
      input: names.map((entry) => join(source, entry)),
      onLog,
      plugins: [
        sources,
        ...(traced
          ? [
              modulePhases({
                console: false,
                root: source,
                runtime: title.startsWith('the runtime in a file') ? 'file' : 'auto',
              }),
            ]
          : []),
        ...plugins,
      ],
    });
    const { output: made } = await bundle.write({
      dir,
      format,
      name: format === 'system' ? undefined : 'app',
      exports: 'named',
      entryFileNames: '[name].js',
      chunkFileNames: 'chunks/[name].js',
      globals: { 'node:path': 'require("node:path")' },
      // Node runs iife and umd as CommonJS modules.
      ...(format === 'iife' && { footer: 'module.exports = app;' }),
      ...output,
    });
    writeFileSync(
      join(dir, 'package.json'),
      JSON.stringify({ type: format === 'es' ? 'module' : 'commonjs' }),
    );
    if (traced && title.startsWith('the runtime in a file')) expect(made.some(isRuntime)).to.equal(true);
    return { dir, output: made, logs };
  }
});

interface Result {
  lines: string[];
  events: { type: string; module: string }[];
  failures: number;
}

function run(jobs: object[], dir: string): Result[] {
  writeFileSync(join(dir, 'jobs.json'), JSON.stringify(jobs));
  execFileSync(process.execPath, [runner, join(dir, 'jobs.json'), join(dir, 'results.json')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  return JSON.parse(readFileSync(join(dir, 'results.json'), 'utf8'));
}

function writeAll(dir: string, files: Record<string, string>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), content);
  }
}

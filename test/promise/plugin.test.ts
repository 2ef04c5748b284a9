import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { transform } from 'esbuild';
import {
  type OutputChunk,
  type OutputOptions,
  type Plugin,
  type RollupBuild,
  type RollupLog,
  type RollupOptions,
  rollup,
} from 'rollup';
import modulePhases from 'rollup-plugin-module-phases';
import { MARK_PATTERN } from '../../src/locate/marks/grammar.ts';
import type { PluginOptions } from '../support/bundle.ts';
import { project } from '../support/project.ts';
import { type Built, expectSameBundle, type Log, listener, said } from '../support/same-bundle.ts';

interface Setup {
  /** Options of the plugin; `false`: without it. */
  trace?: PluginOptions | false;
  before?: Plugin[];
  after?: Plugin[];
  options?: RollupOptions;
  output?: OutputOptions;
}

interface Made extends Built {
  build: RollupBuild;
  chunk: OutputChunk;
}

/** Source in, the first chunk and every log out. */
async function built(
  dir: string,
  { trace = {}, before = [], after = [], options = {}, output = {} }: Setup,
): Promise<Made> {
  const { logs, onLog } = listener();
  const build = await rollup({
    input: join(dir, 'main.js'),
    plugins: [before, trace && modulePhases({ console: false, root: dir, ...trace }), after],
    onLog,
    ...options,
  });
  const { output: files } = await build.generate({ format: 'es', name: 'bundle', ...output });
  return { build, chunk: files[0], output: files, logs };
}

/** Of the plugin itself. */
const ours = (logs: readonly Log[]): Log[] => logs.filter(({ plugin }) => plugin === 'module-phases');
const isTraced = ({ code }: OutputChunk): boolean => code.includes('__phases.start(');
const marks = (code: string): string[] => code.match(new RegExp(MARK_PATTERN, 'g')) ?? [];

const APP = {
  'main.js': "import { n, inc } from './counter.js';\nconsole.log(n);\ninc();\nconsole.log(n);\n",
  'counter.js': 'export let n = 0;\nexport function inc() {\n  n++;\n}\n',
};

const withoutComments = (code: string) => ({ code: code.replace(/\/\*.*?\*\//gs, ''), map: null });
const stripsInTransform = (order: 'post' | null, isOf = (_id: string) => true): Plugin => ({
  name: 'strips-comments',
  transform: { order, handler: (code, id) => (isOf(id) ? withoutComments(code) : null) },
});
const stripsInRenderChunk = (order: 'pre' | null): Plugin => ({
  name: 'strips-comments',
  renderChunk: { order, handler: (code) => withoutComments(code) },
});
/** As a compiler of TypeScript does it, with a map. */
const esbuild: Plugin = {
  name: 'esbuild',
  async transform(code, id) {
    const loader = id.endsWith('.ts') ? 'ts' : 'js';
    const result = await transform(code, { loader, sourcemap: 'external', sourcefile: id });
    return { code: result.code, map: result.map };
  },
};
const withoutMap: Plugin = { name: 'without-map', transform: (code) => ({ code: `/* new */\n${code}` }) };

describe('bad input', () => {
  const dir = project(APP);

  it('an unknown option is refused where the plugin is made, with the name that was meant', () => {
    const options = { raeds: 'all' } as PluginOptions;
    expect(() => modulePhases(options))
      .to.throw(Error, '"raeds". Did you mean "reads"?')
      .with.property('code', 'UNKNOWN_OPTION');
  });

  it('a wrong value is refused where the plugin is made, with what it may be', () => {
    expect(() => modulePhases({ limit: -1 }))
      .to.throw(Error, '"limit" of rollup-plugin-module-phases must be a whole number from 0, but is -1')
      .with.property('code', 'INVALID_OPTION');
  });

  it('a Rolldown that is too old is said so in one line, and its output is left as it is', () => {
    const { peerDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
    const plugin = modulePhases() as Plugin & { outputOptions(this: object, options: object): unknown };
    const start = plugin.buildStart as (this: object, options: object) => void;
    const warnings: RollupLog[] = [];
    const context = {
      meta: { rollupVersion: '4.23.0', rolldownVersion: '0.15.1' },
      data: {},
      warn: (log: RollupLog) => warnings.push(log),
    };
    start.call(context, { plugins: [plugin] });
    expect(warnings.map(({ code }) => code)).to.deep.equal(['ROLLDOWN_TOO_OLD']);
    expect(warnings[0]?.message).to.include('0.15.1').and.to.include(peerDependencies.rolldown);
    expect(plugin.outputOptions.call(context, { minify: true, sourcemap: false })).to.equal(null);
  });

  it('a Rollup that is too old is refused when the build starts, with the range of the package', () => {
    const { peerDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
    const plugin: Plugin = modulePhases();
    const start = plugin.buildStart as (this: object, options: object) => void;
    const errors: RollupLog[] = [];
    const context = (rollupVersion: string) => ({
      meta: { rollupVersion },
      getModuleInfo: () => null,
      error: (log: RollupLog) => errors.push(log),
    });
    for (const version of ['4.9.4', '4.10.0-1', '4.99.0', '10.0.0'])
      start.call(context(version), { plugins: [plugin] });
    expect(errors).to.deep.equal([]);
    for (const version of ['3.29.5', '4.9.3']) start.call(context(version), { plugins: [plugin] });
    expect(errors).to.have.length(2);
    expect(errors[0]).to.deep.include({ code: 'ROLLUP_TOO_OLD' });
    expect(errors[0]?.message)
      .to.match(/^Rollup 3\.29\.5 is too old .* needs /)
      .and.include(peerDependencies.rollup);
  });

  it('the plugin twice: said once, and the bundle is traced once', async () => {
    const once = await built(dir, {});
    const twice = await built(dir, { after: [modulePhases({ console: false, root: dir })] });
    expect(ours(twice.logs).map(({ level, pluginCode }) => [level, pluginCode])).to.deep.equal([
      ['warn', 'DUPLICATE_PLUGIN'],
    ]);
    expect(twice.chunk.code).to.equal(once.chunk.code);
    expect(twice.chunk.modules).to.deep.equal(once.chunk.modules);
    expect(isTraced(once.chunk)).to.equal(true);
  });

  it('a disabled one beside an enabled one: the enabled one traces, and nothing is said', async () => {
    const off = modulePhases({ enabled: false });
    const { chunk, logs } = await built(dir, { before: [off] });
    expect(ours(logs)).to.deep.equal([]);
    expect(isTraced(chunk)).to.equal(true);
  });

  it('a later transform that strips comments: said once, with the modules, and the bundle is as without the plugin', async () => {
    const strips = stripsInTransform('post');
    const { chunk, logs } = await built(dir, { after: [strips] });
    expect(ours(logs)).to.have.length(1);
    expect(ours(logs)[0]).to.deep.include({
      level: 'warn',
      code: 'PLUGIN_WARNING',
      pluginCode: 'MARKS_REMOVED',
      ids: [join(dir, 'main.js'), join(dir, 'counter.js')],
    });
    const plain = await built(dir, { trace: false, after: [strips] });
    expect(chunk.code).to.equal(plain.chunk.code);
  });

  it('a later transform that strips the comments of one module leaves the others traced', async () => {
    const strips = stripsInTransform('post', (id) => id.endsWith('counter.js'));
    const { chunk, logs } = await built(dir, { after: [strips] });
    expect(ours(logs).map(({ pluginCode, ids }) => [pluginCode, ids])).to.deep.equal([
      ['MARKS_REMOVED', [join(dir, 'counter.js')]],
    ]);
    expect(isTraced(chunk)).to.equal(true);
    expect(marks(chunk.code)).to.deep.equal([]);
  });

  it('a transform that strips comments before ours is none of our business, wherever it is listed', async () => {
    const { chunk, logs } = await built(dir, {
      before: [stripsInTransform(null)],
      after: [stripsInTransform(null)],
    });
    expect(ours(logs)).to.deep.equal([]);
    expect(isTraced(chunk)).to.equal(true);
  });

  it('an earlier renderChunk that strips comments: said once, with the modules, and the bundle is as without the plugin', async () => {
    const strips = stripsInRenderChunk('pre');
    const { chunk, logs } = await built(dir, { before: [strips] });
    expect(ours(logs)).to.have.length(1);
    expect(ours(logs)[0]).to.deep.include({
      level: 'warn',
      code: 'PLUGIN_WARNING',
      pluginCode: 'MARKS_REMOVED_IN_CHUNK',
      ids: [join(dir, 'counter.js'), join(dir, 'main.js')],
    });
    const plain = await built(dir, { trace: false, before: [strips] });
    expect(chunk.code).to.equal(plain.chunk.code);
  });

  it('a renderChunk that strips comments after ours is none of our business, wherever it is listed', async () => {
    const { chunk, logs } = await built(dir, {
      before: [stripsInRenderChunk(null)],
      after: [stripsInRenderChunk('pre')],
    });
    expect(ours(logs)).to.deep.equal([]);
    expect(isTraced(chunk)).to.equal(true);
  });

  it('a chunk that does not parse: said once, with the position, and the bundle is as without the plugin', async () => {
    for (const format of ['es', 'cjs', 'iife'] as const) {
      const output = { format, banner: '/* a banner */ {{{' };
      const { chunk, logs } = await built(dir, { output });
      const plain = await built(dir, { trace: false, output });
      expect(chunk.code).to.equal(plain.chunk.code);
      expect(ours(logs)).to.have.length(1);
      expect(ours(logs)[0]).to.deep.include({
        level: 'warn',
        code: 'PLUGIN_WARNING',
        pluginCode: 'UNPARSABLE_CHUNK',
      });
      expect(ours(logs)[0]?.pos).to.be.a('number');
      expect(ours(logs)[0]?.message).to.include('"main.js"');
    }
  });

  it('a `renderDynamicImport` that makes a chunk unparsable: said once, and the bundle is as without the plugin', async () => {
    const lazy = project({ 'main.js': "import('./lazy.js');\n", 'lazy.js': 'console.log(1);\n' });
    const breaks: Plugin = {
      name: 'breaks',
      renderDynamicImport: () => ({ left: 'load(', right: '))' }),
    };
    for (const format of ['es', 'cjs'] as const) {
      const output = { format, chunkFileNames: '[name].js' };
      const { chunk, logs } = await built(lazy, { before: [breaks], output });
      const plain = await built(lazy, { trace: false, before: [breaks], output });
      expect(chunk.code).to.equal(plain.chunk.code);
      expect(chunk.code).to.include('load(');
      expect(ours(logs).map(({ pluginCode }) => pluginCode)).to.deep.equal(['UNPARSABLE_CHUNK']);
    }
  });

  it('a module that only a later plugin makes JavaScript: said once, with id and position; the others are traced', async () => {
    const files = {
      ...APP,
      'main.js': `import text from './text.md';\nconsole.log(text);\n${APP['main.js']}`,
      'text.md': 'not\n JavaScript <<<\n',
    };
    const compiles: Plugin = {
      name: 'markdown',
      transform: {
        order: 'post',
        handler: (_code, id) => (id.endsWith('.md') ? 'export default "text";' : null),
      },
    };
    const dir = project(files);
    const { chunk, logs } = await built(dir, { after: [compiles] });
    expect(ours(logs)).to.have.length(1);
    expect(ours(logs)[0]).to.deep.include({
      level: 'warn',
      code: 'PLUGIN_WARNING',
      pluginCode: 'UNPARSABLE_MODULE',
      id: join(dir, 'text.md'),
    });
    expect(ours(logs)[0]?.pos).to.be.a('number');
    expect(ours(logs)[0]?.loc).to.deep.equal({ file: join(dir, 'text.md'), line: 2, column: 14 });
    expect(isTraced(chunk)).to.equal(true);
    expect(marks(chunk.code)).to.deep.equal([]);
  });

  it("a module that nobody makes JavaScript: the error is Rollup's, and the only one", async () => {
    const dir = project({ 'main.js': 'let a = 1;\nlet b = ;\n' });
    const plain = await failure(dir, { trace: false });
    const traced = await failure(dir, {});
    expect(traced.error).to.deep.equal(plain.error);
    expect(traced.logs).to.deep.equal(plain.logs);
    expect(plain.error).to.deep.include({
      code: 'PARSE_ERROR',
      loc: { column: 8, file: join(dir, 'main.js'), line: 2 },
    });
  });

  it("a `runtime` that the output can't have: said once, with what is taken instead", async () => {
    const iife = await built(dir, { trace: { runtime: 'file' }, output: { format: 'iife' } });
    expect(ours(iife.logs).map(({ level, pluginCode }) => [level, pluginCode])).to.deep.equal([
      ['warn', 'RUNTIME_PLACED'],
    ]);
    const options = { input: [join(dir, 'main.js'), join(dir, 'counter.js')] };
    const chunks = await built(dir, { trace: { runtime: 'inline' }, options });
    expect(ours(chunks.logs).map(({ level, pluginCode }) => [level, pluginCode])).to.deep.equal([
      ['warn', 'RUNTIME_PLACED'],
    ]);
  });

  it('a chunk that hides the globals from an inlined runtime: said once, and the bundle is as without the plugin', async () => {
    const dir = project({ 'main.js': 'const globalThis = {};\nconsole.log(globalThis);\n' });
    const { chunk, logs } = await built(dir, { output: { format: 'iife' } });
    const plain = await built(dir, { trace: false, output: { format: 'iife' } });
    expect(ours(logs).map(({ level, pluginCode }) => [level, pluginCode])).to.deep.equal([
      ['warn', 'GLOBALS_HIDDEN'],
    ]);
    expect(chunk.code).to.equal(plain.chunk.code);
  });
});

describe('`enabled: false`', () => {
  const dir = project(APP);
  const output = { sourcemap: true };

  it('makes the bundle, its map and its logs as without the plugin', async () => {
    const plain = await built(dir, { trace: false, output });
    const { chunk, logs } = await built(dir, { trace: { enabled: false }, output });
    expect(chunk).to.deep.equal(plain.chunk);
    expect(logs).to.deep.equal(plain.logs);
  });

  it('does so over the cache of a build that was traced', async () => {
    const plain = await built(dir, { trace: false, output });
    const traced = await built(dir, { output });
    const cached = await built(dir, {
      trace: { enabled: false },
      output,
      options: { cache: traced.build.cache ?? false },
    });
    expect(cached.chunk).to.deep.equal(plain.chunk);
    expect(isTraced(traced.chunk)).to.equal(true);
  });
});

describe('a cache', () => {
  const dir = project(APP);

  it('of a build without the plugin does not keep a build from being traced', async () => {
    const fresh = await built(dir, {});
    const plain = await built(dir, { trace: false });
    const cached = await built(dir, { options: { cache: plain.build.cache ?? false } });
    expect(cached.chunk.code).to.equal(fresh.chunk.code);
  });

  it('of a traced build is used', async () => {
    const calls: string[] = [];
    const counts: Plugin = { name: 'counts', transform: (_code, id) => void calls.push(id) };
    const fresh = await built(dir, { before: [counts] });
    expect(calls).to.have.length(2);
    const cached = await built(dir, { before: [counts], options: { cache: fresh.build.cache ?? false } });
    expect(calls).to.have.length(2);
    expect(cached.chunk.code).to.equal(fresh.chunk.code);
  });

  it('of another version of the plugin is not used', async () => {
    const fresh = await built(dir, {});
    const { cache } = (await built(dir, {})).build;
    for (const { meta } of cache?.modules ?? []) meta['module-phases'].version = '0.0.1';
    const calls: string[] = [];
    const counts: Plugin = { name: 'counts', transform: (_code, id) => void calls.push(id) };
    const cached = await built(dir, { before: [counts], options: { cache: cache ?? false } });
    expect(calls).to.have.length(2);
    expect(cached.chunk.code).to.equal(fresh.chunk.code);
  });

  it('of a build with other options does not keep them', async () => {
    for (const trace of [{ reads: false }, { writes: false }, { exclude: '**' }, { root: '/' }] as const) {
      const fresh = await built(dir, { trace });
      const other = await built(dir, {});
      const over = await built(dir, { trace, options: { cache: other.build.cache ?? false } });
      expect(over.chunk.code).to.equal(fresh.chunk.code);
      const back = await built(dir, { options: { cache: fresh.build.cache ?? false } });
      expect(back.chunk.code).to.equal(other.chunk.code);
    }
  });
});

describe('one build, several outputs', () => {
  const dir = project(APP);
  const FORMATS = ['es', 'cjs', 'iife', 'umd', 'amd', 'system', 'es', 'cjs'] as const;

  it('are each as if they were the only one, in parallel too', async () => {
    const expected: string[] = [];
    for (const format of FORMATS) expected.push((await built(dir, { output: { format } })).chunk.code);
    const { build } = await built(dir, {});
    const parallel = await Promise.all(FORMATS.map((format) => build.generate({ format, name: 'bundle' })));
    expect(parallel.map(({ output }) => output[0].code)).to.deep.equal(expected);
    for (const [index, format] of FORMATS.entries()) {
      const { output } = await build.generate({ format, name: 'bundle' });
      expect(output[0].code).to.equal(expected[index]);
    }
  });

  it('may differ in where the runtime goes', async () => {
    const { build } = await built(dir, { trace: { runtime: 'file' } });
    const [es, iife] = await Promise.all([
      build.generate({ format: 'es' }),
      build.generate({ format: 'iife', name: 'bundle' }),
    ]);
    expect(es.output.map(({ fileName }) => fileName)).to.deep.equal(['main.js', 'module-phases.js']);
    expect(iife.output.map(({ fileName }) => fileName)).to.deep.equal(['main.js']);
  });
});

describe('what other plugins see of a chunk', () => {
  it('is without marks: code and length of its modules, all else that Rollup tells', async () => {
    const dir = project({
      ...APP,
      'dropped.js': 'export const unused = 1;\n',
      'main.js': `import './dropped.js';\n${APP['main.js']}`,
    });
    for (const format of ['es', 'cjs', 'iife'] as const) {
      const plain = await built(dir, { trace: false, output: { format } });
      const traced = await built(dir, { output: { format } });
      expectSameBundle(traced, plain);
    }
  });

  it('also in `generateBundle`, for those after ours', async () => {
    const dir = project(APP);
    const seen: unknown[] = [];
    const visualizer: Plugin = {
      name: 'visualizer',
      generateBundle(_options, bundle) {
        for (const file of Object.values(bundle)) {
          if (file.type !== 'chunk') continue;
          for (const { code, renderedLength } of Object.values(file.modules))
            seen.push([code, renderedLength]);
        }
      },
    };
    await built(dir, { trace: false, after: [visualizer] });
    const plain = seen.splice(0);
    await built(dir, { after: [visualizer] });
    expect(seen).to.deep.equal(plain);
  });
});

/** How a build ends, with all that was logged before. */
async function failure(dir: string, setup: Setup): Promise<{ error: object | null; logs: object[] }> {
  const { logs, onLog } = listener();
  let error: object | null = null;
  try {
    await built(dir, { ...setup, options: { ...setup.options, onLog } });
  } catch (thrown) {
    error = said(thrown as RollupLog);
  }
  return { error, logs: logs.map(said) };
}

describe("Rollup's own logs have the user's code, position and frame", () => {
  interface Case {
    files: Record<string, string>;
    /** Codes of the logs, then of the error, if there is one. */
    codes: string[];
    plugins?: Plugin[];
    options?: RollupOptions;
    output?: OutputOptions;
  }

  /** A plugin that warns at the place of a word, or throws there. */
  const pointsAt = (word: string, hook: 'warn' | 'error'): Plugin => ({
    name: 'points',
    transform(code) {
      const pos = code.indexOf(word);
      if (pos >= 0) this[hook]({ message: `here is ${word}`, code: 'HERE' }, pos);
      return null;
    },
  });
  const pointsLater: Plugin = {
    name: 'points-later',
    moduleParsed({ id }) {
      this.warn({ message: 'parsed', id, loc: { file: id, line: 2, column: 3 } });
    },
    buildEnd() {
      this.warn('the end');
    },
    renderChunk() {
      this.warn({ message: 'rendered', loc: { file: 'main.js', line: 1, column: 1 } });
      return null;
    },
  };

  const CASES: Record<string, Case> = {
    'this at top level': {
      files: {
        'main.js': "import { n } from './n.js';\nconsole.log(n, n,\n  this, n, this.x);\n",
        'n.js': 'export let n = 1;\nthis.x = n;\n',
      },
      codes: ['THIS_IS_UNDEFINED'],
    },
    'a missing export': {
      files: {
        'main.js':
          "import { n } from './n.js';\nimport * as ns from './n.js';\nconsole.log(n,\n  n, ns.missing, ns.n);\n",
        'n.js': 'export let n = 1;\n',
      },
      codes: ['MISSING_EXPORT'],
    },
    'a missing export, imported by name': {
      files: {
        'main.js': "import { n } from './n.js'; import { m } from './n.js';\nconsole.log(n, m, n, m);\n",
        'n.js': 'export let n = 1;\n',
      },
      codes: ['MISSING_EXPORT'],
    },
    'a missing export, with a shim': {
      files: {
        'main.js': "import { n, m } from './n.js';\nconsole.log(n, m);\n",
        'n.js': 'export let n = 1;\n',
      },
      codes: ['SHIMMED_EXPORT'],
      options: { shimMissingExports: true },
    },
    'a circular dependency': {
      files: {
        'main.js': "import { n } from './n.js';\nexport const m = 1;\nconsole.log(n);\n",
        'n.js': "import { m } from './main.js';\nexport let n = () => m;\n",
      },
      codes: ['CIRCULAR_DEPENDENCY'],
    },
    'an import that is assigned': {
      files: {
        'main.js': "import { n } from './n.js';\nconsole.log(n, n); n = 2;\n",
        'n.js': 'export let n = 1;\n',
      },
      codes: ['ILLEGAL_REASSIGNMENT'],
    },
    'a namespace whose member is assigned': {
      files: {
        'main.js': "import * as ns from './n.js';\nconsole.log(ns, ns.n); ns.n = 2;\n",
        'n.js': 'export let n = 1;\n',
      },
      codes: ['ILLEGAL_REASSIGNMENT'],
    },
    'a namespace that is called': {
      files: {
        'main.js': "import * as ns from './n.js';\nconsole.log(ns.n); ns();\n",
        'n.js': 'export let n = 1;\n',
      },
      codes: ['CANNOT_CALL_NAMESPACE'],
    },
    'a name declared twice': {
      files: {
        'main.js': "import { n } from './n.js';\nconsole.log(n); let m; let m;\n",
        'n.js': 'export let n = 1;\n',
      },
      codes: ['REDECLARATION_ERROR'],
    },
    'a constant that is assigned': {
      files: {
        'main.js': "import { n } from './n.js';\nexport const m = n; console.log(n, m); m = 1;\n",
        'n.js': 'export let n = 1;\n',
      },
      codes: ['CONST_REASSIGN'],
    },
    'a syntax error': {
      files: {
        'main.js': "import { n } from './n.js';\nconsole.log(n);\n",
        'n.js': 'export let n = 1;\n\n  let = 2;\n',
      },
      codes: ['PARSE_ERROR'],
    },
    eval: {
      files: {
        'main.js': "import { n } from './n.js';\nconsole.log(n); console.log(n, eval('n'));\n",
        'n.js': 'export let n = 1;\n',
      },
      codes: ['EVAL'],
    },
    'annotations that stand in the wrong place': {
      files: {
        'main.js': "import { n } from './n.js';\nconsole.log(n, /*#__PURE__*/ n); /*#__PURE__*/ n + n;\n",
        'n.js': 'export let n = 1;\n',
      },
      codes: ['INVALID_ANNOTATION'],
    },
    'directives of modules': {
      files: {
        'main.js': "'use client';\nimport { n } from './n.js';\nconsole.log(n);\n",
        'n.js': "'use server';\nexport let n = 1;\n",
      },
      codes: ['MODULE_LEVEL_DIRECTIVE'],
    },
    'an unresolved import': {
      files: {
        'main.js': "import { n } from 'nowhere';\nimport './n.js'; console.log(n);\n",
        'n.js': 'export let n = 1;\nconsole.log(n);\n',
      },
      codes: ['UNRESOLVED_IMPORT'],
    },
    'an external that nothing uses': {
      files: { 'main.js': "import { n, m } from 'ext';\nimport ext from 'ext';\nconsole.log(m);\n" },
      codes: ['UNUSED_EXTERNAL_IMPORT'],
      options: { external: ['ext'] },
    },
    'two externals with one name': {
      files: {
        'main.js':
          "export * from './a.js';\nexport * from './b.js';\nimport * as self from './main.js';\nconsole.log(self.n);\n",
        'a.js': 'export let n = 1;\n',
        'b.js': 'export let n = 2;\n',
      },
      codes: ['NAMESPACE_CONFLICT', 'CIRCULAR_DEPENDENCY'],
    },
    'mixed exports': {
      files: { 'main.js': 'export default 1;\nexport let n = 1;\n' },
      codes: ['MIXED_EXPORTS'],
      output: { format: 'cjs' },
    },
    'an empty bundle': {
      files: { 'main.js': "import './n.js';\n", 'n.js': 'export let n = 1;\n' },
      codes: ['EMPTY_BUNDLE'],
    },
    "a format that can't hold a top-level await": {
      files: {
        'main.js': "import { n } from './n.js';\nconsole.log(n);\nawait n;\n",
        'n.js': 'export let n = 1;\n',
      },
      codes: ['INVALID_TLA_FORMAT'],
      output: { format: 'iife' },
    },
    'an invalid re-export': {
      files: { 'main.js': "export { missing } from './n.js';\n", 'n.js': 'export let n = 1;\n' },
      codes: ['MISSING_EXPORT'],
    },
    'a plugin that warns at a position of a module that it transforms': {
      files: {
        'main.js': "import { n } from './n.js';\nconsole.log(n, n);\n",
        'n.js': 'export let n = 1;\nexport let m = 2;\n',
      },
      codes: ['PLUGIN_WARNING', 'PLUGIN_WARNING'],
      plugins: [pointsAt('n, n', 'warn'), pointsAt('m = 2', 'warn')],
    },
    'a plugin that throws at a position of a module that it transforms': {
      files: {
        'main.js': "import { n } from './n.js';\nconsole.log(n, n);\n",
        'n.js': 'export let n = 1;\nexport let m = 2;\n',
      },
      codes: ['PLUGIN_ERROR'],
      plugins: [pointsAt('m = 2', 'error')],
    },
    'a plugin that warns in other hooks': {
      files: {
        'main.js': "import { n } from './n.js';\nconsole.log(n, n);\n",
        'n.js': 'export let n = 1;\nexport let m = 2;\n',
      },
      codes: ['PLUGIN_WARNING'],
      plugins: [pointsLater],
    },
  };

  for (const [title, { files, codes, plugins = [], options = {}, output = {} }] of Object.entries(CASES)) {
    for (const [how, before] of Object.entries({
      '': [],
      ', after a transform with a map': [esbuild],
      ', after a transform without one': [withoutMap],
    })) {
      it(`${title}${how}`, async () => {
        const dir = project(files);
        const setup = { before: [...before, ...plugins], options, output };
        const plain = await failure(dir, { ...setup, trace: false });
        const traced = await failure(dir, { ...setup, trace: { verdict: false } });
        expect(traced).to.deep.equal(plain);
        const found = [...plain.logs, plain.error].map((log) => (log as RollupLog | null)?.code);
        if (how === '') expect(found).to.include.members(codes);
      });
    }
  }
});

describe('a transform without a map', () => {
  const files = {
    'main.js': "import { n } from './n.js';\nconsole.log(n, this);\n",
    'n.js': 'export let n = 1;\n',
  };

  it('is not complained of where nobody wants maps, not even to other plugins', async () => {
    const dir = project(files);
    const heard: (string | undefined)[] = [];
    const listens: Plugin = { name: 'listens', onLog: (_level, log) => void heard.push(log.code) };
    await built(dir, { before: [listens, withoutMap], trace: false });
    const plain = heard.splice(0);
    const { chunk } = await built(dir, { before: [listens, withoutMap] });
    expect(heard).to.deep.equal(plain);
    expect(isTraced(chunk)).to.equal(true);
  });

  it('is complained of as often as without the plugin where maps are wanted', async () => {
    const dir = project(files);
    const codes = async (trace: false | object) => {
      const { logs } = await built(dir, { before: [withoutMap], trace, output: { sourcemap: true } });
      return logs.map(({ code, message }) => [code, message]);
    };
    const plain = await codes(false);
    expect(plain.map(([code]) => code)).to.include('SOURCEMAP_BROKEN');
    expect(await codes({})).to.deep.equal(plain);
  });
});

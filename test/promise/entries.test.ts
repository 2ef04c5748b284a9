/** What static entries tell of themselves: when the body of their own chunk begins, in each format. */
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { ModuleFormat, OutputOptions } from 'rollup';
import { type Bundle, type BundleInput, bundle, write } from '../support/bundle.ts';
import { project } from '../support/project.ts';
import { run } from '../support/run.ts';
import { expectSameBundle } from '../support/same-bundle.ts';

const loaders = fileURLToPath(new URL('../support/loaders.mjs', import.meta.url));

const SPLIT = ['es', 'cjs', 'amd', 'system'] as const;

/** Path of the chunk of that name, without `.js`. */
const pathOf = ({ output }: Bundle, wanted: string): string =>
  output.find((file) => file.type === 'chunk' && file.name === wanted)?.fileName.replace(/\.js$/, '') ??
  wanted;

/**
 * What loading the chunks of these names, one after another, tells: `entry module in chunk`, `start module`. The program
 * has to be the plain one, which ends by printing the exports of each.
 */
async function told(
  input: BundleInput & { format: ModuleFormat },
  names: readonly string[],
): Promise<string[]> {
  const { format } = input;
  const source = typeof input.source === 'string' ? input.source : project(input.source);
  const [plain, traced] = await Promise.all([
    bundle({ ...input, source, trace: false }),
    bundle({ ...input, source }),
  ]);
  expectSameBundle(traced, plain);
  const runs = [plain, traced].map((built, index) => {
    const dir = dirname(write(built, format, `${format}-${index}`));
    const script = `
      import { load } from ${JSON.stringify(loaders)};
      for (const path of ${JSON.stringify(names.map((name) => pathOf(built, name)))}) {
        const exports = await load.${format}(${JSON.stringify(dir)}, path);
        console.log(Object.keys(exports).filter((key) => key !== '__useDefault').sort().join());
      }`;
    return run(`${dir}/${names[0]}.js`, ['--input-type=module', '--eval', script]);
  });
  const [plainRun, tracedRun] = await Promise.all(runs);
  expect(tracedRun?.stdout, 'the program').to.equal(plainRun?.stdout);
  expect(tracedRun?.code, tracedRun?.stderr).to.equal(0);
  expect(tracedRun?.failures, 'errors of the trace').to.equal(0);
  return (tracedRun?.events ?? []).flatMap((event) => {
    if (event.type === 'entry') return [`entry ${event.module} in ${event.chunk}`];
    return event.type === 'evaluate-start' ? [`start ${event.module}`] : [];
  });
}

/** For `System.register`, a name would be the chunk's own. */
const unnamed = { name: undefined } as unknown as OutputOptions;

/** So that chunks of entries that import it have no statement of their own. */
const manualChunks = (id: string): string | undefined => (id.endsWith('shared.js') ? 'lib' : undefined);

describe('an entry', () => {
  const sources = {
    'main.js': "import './before.js'; export * from './shared.js'; console.log('main');",
    'before.js': "console.log('before');",
    'shared.js': 'export let n = 1; export default function f() { return ++n; } console.log(f());',
    'barrel.js':
      "export * from './shared.js'; export { default } from './shared.js'; export { sep } from 'node:path';",
    'effects.js': "import './shared.js';",
    'nothing.js': '',
  };
  const input = {
    main: 'main.js',
    main2: 'main.js',
    barrel: 'barrel.js',
    effects: 'effects.js',
    nothing: 'nothing.js',
  };

  for (const format of SPLIT) {
    const common = { source: sources, input, format, external: ['node:path'] };
    const named = { ...unnamed, exports: 'named', manualChunks } as const;

    it(`${format}: is told by its own chunk, be it without statements, once what that loads has run`, async () => {
      const names = ['barrel', 'main', 'main2', 'nothing', 'effects', 'main'];
      expect(await told({ ...common, output: named }, names)).to.deep.equal([
        'start shared.js',
        'entry barrel.js in barrel.js',
        'entry main.js in main.js',
        'start before.js',
        'start main.js',
        'entry main.js in main2.js',
        'entry nothing.js in nothing.js',
        'entry effects.js in effects.js',
      ]);
    });

    it(`${format}: has the final name of its chunk, and stands behind a banner and an intro`, async () => {
      const output = {
        ...named,
        entryFileNames: '[name]-[hash].hash.js',
        banner: '/* define(function () {}) */',
        intro: 'var intro = 1;',
        outro: 'var outro = intro;',
        strict: false,
        compact: true,
      };
      const events = await told({ ...common, output }, ['effects', 'barrel']);
      expect(events.map((event) => event.replace(/-[\w-]{8}\.hash/, '-#'))).to.deep.equal([
        'start shared.js',
        'entry effects.js in effects-#.js',
        'entry barrel.js in barrel-#.js',
      ]);
    });
  }

  for (const format of ['amd', 'system'] as const) {
    it(`${format}: is not traced where a banner has functions too, and says so`, async () => {
      const banner = 'define(function () {});System.register([], { execute: function () {} });';
      const { warnings } = await bundle({
        source: sources,
        input: { main: 'main.js', effects: 'effects.js' },
        format,
        output: { ...unnamed, manualChunks, banner },
      });
      expect(warnings.map(({ pluginCode }) => pluginCode)).to.include('WRAPPER_UNKNOWN');
    });
  }

  it('of one chunk tells of itself in every format', async () => {
    for (const format of [...SPLIT, 'iife', 'umd'] as const) {
      const source = { 'main.js': "import './a.js'; console.log(1);", 'a.js': 'console.log(2);' };
      const output = format === 'system' ? unnamed : {};
      expect(await told({ source, format, output }, ['main']), format).to.deep.equal([
        'entry main.js in main.js',
        'start a.js',
        'start main.js',
      ]);
    }
  });

  it('is what the build has as one, not the target of an import()', async () => {
    for (const format of SPLIT) {
      const source = { 'main.js': "import('./lazy.js');", 'lazy.js': "console.log('lazy');" };
      expect(await told({ source, format, output: unnamed }, ['main']), format).to.deep.equal([
        'entry main.js in main.js',
        'start main.js',
        'start lazy.js',
      ]);
    }
  });

  it('that fails and is required again is told under `limit`', async () => {
    for (const runtime of ['inline', 'file'] as const) {
      const source = { 'main.js': "console.log('main'); throw new Error('no');" };
      const built = await bundle({ source, format: 'cjs', trace: { runtime, limit: 2 } });
      const file = write(built, 'cjs', 'again');
      const script = `for (let i = 0; i < 9; i++) try { require(${JSON.stringify(file)}) } catch {}`;
      const { events = [], dropped } = await run(file, ['--eval', script]);
      expect(events.filter(({ type }) => type === 'entry').length, runtime).to.be.within(1, 3);
      expect(dropped).to.be.above(5);
    }
  });

  it('has no runtime for its own sake: a bundle without a statement is as without the plugin', async () => {
    for (const format of [...SPLIT, 'iife', 'umd'] as const) {
      const source = { 'main.js': "import './a.js';", 'a.js': '' };
      const [plain, traced] = await Promise.all([
        bundle({ source, format, trace: false }),
        bundle({ source, format }),
      ]);
      expect(traced.chunk.code, format).to.equal(plain.chunk.code);
    }
  });
});

/** What Rolldown's own ways ask of the plugin, beside what each story shows. */
import { join } from 'node:path';
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import { expect } from 'chai';
import { type OutputAsset, type Plugin, rolldown } from 'rolldown';
import modulePhases from 'rollup-plugin-module-phases';
import { write } from '../support/bundle.ts';
import { project, projectFrom } from '../support/project.ts';
import { type RolldownBundle, type RolldownInput, rolldownBundle } from '../support/rolldown.ts';
import { type Run, run } from '../support/run.ts';

const APP = {
  'main.js': "import { n, inc } from './counter.js';\nconsole.log(n);\ninc();\nconsole.log(n);\n",
  'counter.js': 'export let n = 0;\nexport function inc() {\n  n++;\n}\n',
};

const runOf = (built: RolldownBundle): Promise<Run> => run(write(built, 'es', 'out'));
const linesOf = ({ events = [] }: Run): string[] =>
  events.flatMap((event) => ('module' in event ? `${event.type} ${event.module}` : []));
const mapsOf = ({ output }: RolldownBundle): OutputAsset[] =>
  output.filter((file) => file.type === 'asset' && file.fileName.endsWith('.map')) as OutputAsset[];
const codesOf = ({ warnings }: RolldownBundle): unknown[] => warnings.map(({ pluginCode }) => pluginCode);

describe('in Rolldown', () => {
  it('a declaration of several requires belongs to the body of its module', async () => {
    const source = await projectFrom(
      join('fixtures', 'commonjs/requires-in-one-statement'),
      'rolldown/requires',
    );
    const { stdout, ...ran } = await runOf(await rolldownBundle({ source, output: { format: 'es' } }));
    expect(stdout).to.equal('one\ntwo\nboth\nmain 3\n');
    expect(linesOf(ran as Run).filter((line) => /^(?:evaluate|require)/.test(line))).to.deep.equal([
      'evaluate-start both.cjs',
      'require-start one.cjs',
      'evaluate-start one.cjs',
      'evaluate-end one.cjs',
      'require-end one.cjs',
      'require-start two.cjs',
      'evaluate-start two.cjs',
      'evaluate-end two.cjs',
      'require-end two.cjs',
      'evaluate-end both.cjs',
      'evaluate-start main.js',
      'evaluate-end main.js',
    ]);
  });

  it('a CommonJS module that returns early has ended', async () => {
    const source = {
      'main.js': "import a from './a.cjs';\nconsole.log(a);\n",
      'a.cjs': 'module.exports = 1;\nif (Date.now() > 0) return;\nmodule.exports = 2;\n',
    };
    const ran = await runOf(await rolldownBundle({ source, output: { format: 'es' } }));
    expect(ran.stdout).to.equal('1\n');
    expect(linesOf(ran)).to.include.members(['evaluate-start a.cjs', 'evaluate-end a.cjs']);
    expect(linesOf(ran)).not.to.include('evaluate-error a.cjs');
  });

  it('TypeScript and JSX that Rolldown compiles after all transforms have places of the source', async () => {
    const source = {
      'main.ts':
        "import type { Unit } from './unit.ts';\nimport { Currency, euro } from './money.ts';\n\nconst unit: Unit = { name: Currency[euro] as string };\nconsole.log(unit.name satisfies string);\n",
      'unit.ts': 'export interface Unit { name: string }\n',
      'money.ts': 'export enum Currency {\n  euro = 1,\n}\nexport let euro: number = Currency.euro;\n',
    };
    const input = ['main.ts'];
    const ran = await runOf(await rolldownBundle({ source, input, output: { format: 'es' } }));
    expect(ran.stdout).to.equal('euro\n');
    const reads = (ran.events ?? []).flatMap((event) =>
      event.type === 'read' ? `${event.name} ${event.loc.file}:${event.loc.line}:${event.loc.column}` : [],
    );
    expect(reads).to.deep.equal(['Currency main.ts:4:27', 'euro main.ts:4:36']);
  });

  for (const minify of [false, true]) {
    for (const sourcemap of [false, true, 'hidden', 'inline'] as const) {
      it(`sourcemap: ${sourcemap}, minify: ${minify}: the chunk has what the user wants, and no more`, async () => {
        const built = await rolldownBundle({ source: APP, output: { format: 'es', sourcemap, minify } });
        const { chunk } = built;
        expect(mapsOf(built).map(({ fileName }) => fileName)).to.deep.equal(
          sourcemap === true || sourcemap === 'hidden' ? ['main.js.map'] : [],
        );
        const comment = /\n\/\/# sourceMappingURL=(.*)\n$/.exec(chunk.code)?.[1];
        if (sourcemap === true) expect(comment).to.equal('main.js.map');
        else if (sourcemap === 'inline') expect(comment).to.match(/^data:application\/json/);
        else expect(comment).to.equal(undefined);
        if (sourcemap !== false) {
          const map = new TraceMap(JSON.parse(`${chunk.map}`));
          const lines = chunk.code.split('\n');
          const line = lines.findLastIndex((text) => text.includes('console.log('));
          const column = lines[line]?.lastIndexOf('console.log(') ?? -1;
          const found = originalPositionFor(map, { line: line + 1, column });
          expect(found).to.include({ line: 4, column: 0 });
          expect(found.source).to.match(/main\.js$/);
        }
        expect(chunk.code.includes('__phases.start(')).to.equal(!minify);
        const ran = await runOf(built);
        expect(ran.stdout).to.equal('0\n1\n');
        expect(linesOf(ran)).to.include.members(['read counter.js', 'write counter.js']);
      });
    }
  }

  describe("its own default, minify: 'dce-only'", () => {
    /** `early.js` runs before `late.js`; `said` is what it tries. */
    const early = (said: string) => ({
      'main.js': "import './late.js';\n",
      'late.js':
        "import './early.js';\nexport const value = [1];\nexport var call = () => globalThis.show();\nexport function made() {}\n",
      'early.js': `import * as ns from './late.js';\nimport { value, call, made } from './late.js';\n${said}\n`,
    });
    const both = async (said: string) => {
      const options = { source: early(said), treeshake: false, output: { format: 'es' } } as const;
      const plain = await runOf(await rolldownBundle({ ...options, trace: false }));
      const traced = await runOf(await rolldownBundle({ ...options, trace: { reads: 'all' } }));
      expect(traced.stdout).to.equal(plain.stdout);
      expect(traced.code).to.equal(plain.code);
      return traced;
    };

    for (const unused of [
      'value;',
      'ns.value;',
      'do ns.value; while (0);',
      'void value;',
      '!value, typeof value;',
      'ns.call || value;',
      'value && ns.call;',
      '[value, { value }];',
      'ns.call ? 1 : value;',
      'for (value; false; value) ;',
      'value === ns.value;',
    ]) {
      it(`a read whose value nobody uses is gone, though it would throw: ${unused}`, async () => {
        const { stdout, stderr } = await both(`${unused}\nconsole.log('went on');`);
        expect(stdout, stderr).to.equal('went on\n');
      });
    }

    for (const used of ['value.x;', 'value + 1;', 'value && globalThis.show();', '-value;']) {
      it(`a read that something uses still throws: ${used}`, async () => {
        const said = `try {\n  ${used}\n} catch (error) {\n  console.log(error.message);\n}`;
        const traced = await both(said);
        expect(traced.stdout).to.equal("Cannot access 'value' before initialization\n");
        expect(linesOf(traced)).to.include('read late.js');
      });
    }

    for (const decided of [
      'made && missing;',
      'made || missing;',
      'made ? missing : 0;',
      'call || missing;',
    ]) {
      it(`a read that decides whether a global is read still does: ${decided}`, async () => {
        await both(
          `try {\n  ${decided}\n  console.log('no error');\n} catch (error) {\n  console.log(error.message);\n}`,
        );
      });
    }

    for (const called of [
      'call();',
      'ns.call();',
      '(0, call)();',
      '(0, ns.call)(value);',
      'new (0, call)();',
      '[( 0 , call )()];',
      'new call();',
      'call?.().x;',
      'call(...[1]).x;',
      'call``;',
    ]) {
      it(`a call that fails has the words of the plain bundle: ${called}`, async () => {
        const said = `try {\n  ${called}\n  console.log('no error');\n} catch (error) {\n  console.log(error.message);\n}`;
        await both(said);
      });
    }
  });

  for (const format of ['iife', 'umd', 'cjs'] as const) {
    it(`minified as ${format}, the bundle prints the same and keeps its name`, async () => {
      const source = { ...APP, 'main.js': `${APP['main.js']}export { n };\n` };
      const built = (trace: object | false) =>
        rolldownBundle({ source, trace, output: { format, name: 'story', minify: true } });
      const [plain, traced] = [await built(false), await built({})];
      const named = /^var story\b|\.story\s*=/;
      expect(named.test(traced.chunk.code)).to.equal(named.test(plain.chunk.code));
      expect(named.test(traced.chunk.code)).to.equal(format !== 'cjs');
      const ran = await run(write(traced, format, 'out'));
      expect(ran.stdout).to.equal('0\n1\n');
      expect(linesOf(ran)).to.include.members(['read counter.js', 'write counter.js']);
    });
  }

  it('the name of a file tells the options of the plugin: the same name never stands for another file', async () => {
    const nameOf = async (trace: RolldownInput['trace'] & object): Promise<string> =>
      (
        await rolldownBundle({
          source: APP,
          trace,
          output: { format: 'es', entryFileNames: '[name]-[hash].js' },
        })
      ).chunk.fileName;
    const names = [await nameOf({}), await nameOf({ reads: 'all' }), await nameOf({ reads: false })];
    expect(new Set(names).size).to.equal(3);
    expect(await nameOf({})).to.equal(names[0]);
  });

  it('a plugin that rewrites chunks as a minifier does: said once, and the bundle is the plain one', async () => {
    const shorten: Plugin = {
      name: 'shorten',
      renderChunk: (code) => ({
        code: code.replaceAll(/\s*\n\s*/g, ' ').replaceAll(/\/\/ \S+/g, ''),
        map: null,
      }),
    };
    const source = {
      ...APP,
      'main.js': `${APP['main.js']}import('./late.js');\n`,
      'late.js': 'console.log(2);\n',
    };
    const built = (trace: object | false) =>
      // By default Rolldown prints a chunk once more, to drop dead code.
      rolldownBundle({ source, trace, plugins: [shorten], output: { format: 'es', minify: false } });
    const [plain, traced] = [await built(false), await built({})];
    expect(codesOf(traced)).to.deep.equal(['CHUNK_REWRITTEN']);
    expect(traced.warnings[0]?.message).to.match(/2 chunks: .*main\.js/);
    const textsOf = ({ output, dir }: RolldownBundle): string[] =>
      output.map((file) => `${file.fileName} ${file.type === 'chunk' ? file.code.replaceAll(dir, '') : ''}`);
    expect(textsOf(traced)).to.deep.equal(textsOf(plain));
  });

  it('the plugin twice: said, and the bundle is traced once', async () => {
    const once = await rolldownBundle({
      source: APP,
      output: { format: 'es', sourcemap: true, minify: true },
    });
    const plugin = modulePhases({ console: false, root: once.dir });
    const twice = await rolldownBundle({
      source: once.dir,
      trace: false,
      plugins: [plugin, plugin],
      output: { format: 'es', sourcemap: true, minify: true },
    });
    expect(codesOf(twice)).to.deep.equal(['DUPLICATE_PLUGIN']);
    expect(twice.chunk.code).to.equal(once.chunk.code);
  });

  it('one plugin object in builds at once gives each its own trace', async () => {
    const shared = modulePhases({ console: false });
    const builds = Array.from({ length: 6 }, (_, i) =>
      rolldownBundle({
        source: { ...APP, 'counter.js': `${'\n'.repeat(i)}${APP['counter.js']}` },
        trace: false,
        plugins: [shared],
        output: { format: 'es' },
      }),
    );
    const lines = [];
    for (const built of await Promise.all(builds)) {
      const { events = [] } = await runOf(built);
      lines.push(events.flatMap((event) => (event.type === 'initialize' ? event.loc.line : [])));
    }
    expect(lines).to.deep.equal([[1], [2], [3], [4], [5], [6]]);
  });

  it('two outputs of one build, in turn: each is traced', async () => {
    const dir = project(APP);
    const plugins = [modulePhases({ console: false, root: dir })];
    const build = await rolldown({ input: join(dir, 'main.js'), plugins });
    for (const format of ['es', 'cjs'] as const) {
      const { output } = await build.generate({ format });
      expect(output[0].code).to.include('__phases.start(');
    }
    await build.close();
  });
});

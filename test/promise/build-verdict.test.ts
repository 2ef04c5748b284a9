/** What the build itself says of the order: levels, places, frames, how much of it, and the option `gate`. */
import { join } from 'node:path';
import { expect } from 'chai';
import { type Plugin, rollup } from 'rollup';
import modulePhases from 'rollup-plugin-module-phases';
import { type BundleInput, bundle } from '../support/bundle.ts';
import { esbuild } from '../support/esbuild.ts';
import { project } from '../support/project.ts';
import { type Log, listener } from '../support/same-bundle.ts';

/** `b.js` reads `a` before `a.js` has run: Node throws as well. */
const BARREL = {
  'main.js': "import { b } from './index.js';\nconsole.log(b);\n",
  'index.js': "export { b } from './b.js';\nexport { a } from './a.js';\n",
  'a.js': 'export const a = [1].length;\n',
  'b.js': "import { a } from './index.js';\nexport const b = [a].length;\n",
};
/** A cycle that does no harm. */
const HARMLESS = {
  'main.js': "import { even } from './even.js';\nconsole.log(even(4));\n",
  'even.js': "import { odd } from './odd.js';\nexport const even = (n) => n === 0 || odd(n - 1);\n",
  'odd.js': "import { even } from './even.js';\nexport const odd = (n) => n !== 0 && even(n - 1);\n",
};
const SOUND = {
  'main.js': "import { a } from './a.js';\nconsole.log(a);\n",
  'a.js': 'export let a = 1;\na++;\n',
};

/** `count` cycles of two modules, each of which fails if the program enters it at the other module. */
function latent(count: number): Record<string, string> {
  const files: Record<string, string> = {};
  for (let i = 0; i < count; i++) {
    files[`a${i}.js`] =
      `import { b } from './b${i}.js';\nexport const a = () => b;\nconsole.log([b].length);\n`;
    files[`b${i}.js`] =
      `import { a } from './a${i}.js';\nexport const b = [1].length;\nexport const c = () => a;\n`;
  }
  const imports = Array.from({ length: count }, (_, i) => `import { a as a${i} } from './a${i}.js';`);
  const uses = Array.from({ length: count }, (_, i) => `a${i}()`);
  return { ...files, 'main.js': `${imports.join('\n')}\nconsole.log(${uses.join(', ')});\n` };
}

const ours = (logs: readonly Log[]): Log[] => logs.filter(({ plugin }) => plugin === 'module-phases');
const said = (logs: readonly Log[]): string[] =>
  ours(logs).map(({ level, pluginCode }) => `${level} ${pluginCode}`);

describe('the verdict of the build', () => {
  it('warns of a read that comes too early whenever the program runs, with code, place and frame', async () => {
    const { logs, dir } = await bundle({ source: BARREL });
    expect(said(logs)).to.deep.equal(['warn EARLY_READ', 'info CYCLE']);
    const [log] = ours(logs);
    expect(log).to.include({ id: join(dir, 'b.js') });
    expect(log?.loc).to.deep.equal({ file: join(dir, 'b.js'), line: 2, column: 18 });
    expect(log?.frame).to.equal(
      [
        "  1 | import { a } from './index.js';",
        '> 2 | export const b = [a].length;',
        '    |                   ^',
        '  3 |',
      ].join('\n'),
    );
    expect(log?.message).to.match(/b\.js \(2:18\): reads a of a\.js before it has a value: ReferenceError/);
    expect(log?.message).to.include("import { a } from './a.js' in b.js").and.to.include('(checked)');
  });

  it('has the frame of the source, though another plugin compiled it', async () => {
    const source = { ...BARREL, 'b.ts': `type A = number;\n\n${BARREL['b.js']}` };
    const { logs, dir } = await bundle({
      source: { ...source, 'index.js': BARREL['index.js'].replace('./b.js', './b.ts') },
      plugins: [esbuild],
    });
    const [log] = ours(logs);
    expect(log?.loc).to.deep.equal({ file: join(dir, 'b.ts'), line: 4, column: 18 });
    expect(log?.frame).to.include('> 4 | export const b = [a].length;');
  });

  it('has no frame of a file that does not exist', async () => {
    const dir = project(BARREL);
    const gone = join(dir, 'gone.js');
    const virtual: Plugin = {
      name: 'virtual',
      resolveId: (id) => (id === './b.js' ? gone : null),
      load: (id) => (id === gone ? BARREL['b.js'] : null),
    };
    const { logs } = await bundle({ source: dir, plugins: [virtual] });
    const [log] = ours(logs);
    expect(log?.pluginCode).to.equal('EARLY_READ');
    expect(log).not.to.have.property('frame');
  });

  it('has no warning for a build that works: what it finds is an info', async () => {
    for (const source of [HARMLESS, latent(2), SOUND]) {
      const { logs } = await bundle({ source });
      expect(ours(logs).filter(({ level }) => level === 'warn')).to.deep.equal([]);
    }
  });

  it('says nothing of a sound build', async () => {
    expect(said((await bundle({ source: SOUND })).logs)).to.deep.equal([]);
  });

  it('fills at most a screen, and counts the rest', async () => {
    const { logs } = await bundle({ source: latent(30) });
    const messages = ours(logs).map(({ message }) => message);
    expect(messages).to.have.length(10);
    expect(messages.at(-2)).to.include('22 more findings');
    expect(messages.at(-1)).to.include('30 imports of a module in progress: 30 latent');
  });

  it('looks at some of many entries, and says how many are left', async () => {
    const names = Array.from({ length: 40 }, (_, i) => `e${i}.js`);
    const source = Object.fromEntries(names.map((name) => [name, `console.log('${name}');\n`]));
    const { logs } = await bundle({ source, input: names });
    expect(said(logs)).to.deep.equal(['info ENTRIES_LEFT']);
    expect(ours(logs)[0]?.message).to.include('15 more entries');
  });

  it('is said once for all outputs of a build', async () => {
    const dir = project(BARREL);
    const { logs, onLog } = listener();
    const build = await rollup({
      input: join(dir, 'main.js'),
      plugins: [modulePhases({ console: false, root: dir })],
      onLog,
    });
    for (const format of ['es', 'cjs', 'system'] as const) await build.generate({ format });
    expect(said(logs)).to.deep.equal(['warn EARLY_READ', 'info CYCLE']);
  });

  it('`verdict: false`: the build says nothing, and makes the same bundle', async () => {
    const dir = project(BARREL);
    const silent = await bundle({ source: dir, trace: { verdict: false } });
    expect(said(silent.logs)).to.deep.equal([]);
    expect(silent.chunk.code).to.equal((await bundle({ source: dir })).chunk.code);
  });
});

describe('`gate`', () => {
  const failure = async (input: BundleInput): Promise<Log | undefined> => {
    try {
      await bundle(input);
      return undefined;
    } catch (error) {
      return error as Log;
    }
  };

  it('ends a build with a finding of its severity or a worse one', async () => {
    for (const gate of ['error', 'warning', 'info'] as const) {
      const error = await failure({ source: BARREL, trace: { gate } });
      expect(error, gate).to.include({ pluginCode: 'GATE' });
      expect(error?.message, gate)
        .to.include(`Option "gate" is "${gate}"`)
        .and.to.include('b.js:2:19 reads a of a.js before it has a value')
        .and.to.include("import { a } from './a.js' in b.js");
    }
  });

  it('lets a build pass whose findings are not as bad as that', async () => {
    expect(await failure({ source: HARMLESS, trace: { gate: 'error' } })).to.equal(undefined);
    expect(await failure({ source: HARMLESS, trace: { gate: 'warning' } })).to.equal(undefined);
    expect(await failure({ source: SOUND, trace: { gate: 'info' } })).to.equal(undefined);
    expect(await failure({ source: HARMLESS, trace: { gate: 'info' } })).to.include({ pluginCode: 'GATE' });
  });

  it('works without the words of the verdict', async () => {
    const error = await failure({ source: BARREL, trace: { gate: 'error', verdict: false } });
    expect(error).to.include({ pluginCode: 'GATE' });
  });
});

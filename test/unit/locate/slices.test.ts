import { basename } from 'node:path';
import { expect } from 'chai';
import type { ModuleFormat, Plugin } from 'rollup';
import { slicesByLines, slicesOf } from '../../../src/locate/slices.ts';
import { bundle, type Format, write } from '../../support/bundle.ts';
import { run } from '../../support/run.ts';
import { chunkOf } from '../../support/statements.ts';
import { formatTrace } from '../../support/trace.ts';

describe('slices of a chunk in which plugins have changed lines', () => {
  const texts = (code: string, ...rendered: string[]): unknown =>
    slicesByLines(
      code,
      rendered.map((text, index) => [`${index}`, text] as const),
    )?.map(({ id, start, end }) => [Number(id), code.slice(start, end)]) ?? null;

  it('are as many lines as were rendered', () => {
    const code = '// a.js\nuse("/logo.svg");\nf();\n\n// b.js\ng();';
    expect(texts(code, '// a.js\nuse("__ASSET__");\nf();', '\n// b.js\ng();\n')).to.deep.equal([
      [0, '// a.js\nuse("/logo.svg");\nf();'],
      [1, '// b.js\ng();'],
    ]);
  });

  it('are none where a line is added, or most lines are others', () => {
    expect(texts('// a.js\nf();\nh();', '// a.js\nf();\ng();\ng();')).to.equal(null);
    expect(texts('// a.js\nx();\ny();', '// a.js\nf();\ng();')).to.equal(null);
    expect(texts('f();g();', '// a.js\nf();\ng();')).to.equal(null);
  });
});

describe('slices of a chunk', () => {
  const places = (code: string, ...rendered: (string | null)[]): unknown =>
    slicesOf(
      code,
      rendered.map((text, index) => [`${index}`, text] as const),
    )?.map(({ id, start, end }) => [Number(id), code.slice(start, end)]) ?? null;

  it('are the trimmed codes of its modules, in order', () => {
    expect(places('import a;\n\nb();\n\nc();\n', '\nb();\n', ' c();')).to.deep.equal([
      [0, 'b();'],
      [1, 'c();'],
    ]);
  });

  it('lack modules of which nothing is printed', () => {
    expect(places('a();', null, 'a();', '', ' \n')).to.deep.equal([[1, 'a();']]);
    expect(places('a();', null)).to.deep.equal([]);
  });

  it('may be the same text several times', () => {
    expect(places('a();\n\na();\n\na();', 'a();', 'a();', 'a();')).to.deep.equal([
      [0, 'a();'],
      [1, 'a();'],
      [2, 'a();'],
    ]);
  });

  it('are not known where a text stands once more, before or behind its place', () => {
    expect(places('a();\n\na();\n\nb();', 'a();', 'b();')).to.equal(null);
    expect(places('a();\n\nb();\n\nb();', 'a();', 'b();')).to.equal(null);
  });

  it('are not known where a text is not found, or in another order', () => {
    expect(places('a( );', 'a();')).to.equal(null);
    expect(places('b();\n\na();', 'a();', 'b();')).to.equal(null);
  });
});

const APP = {
  'main.js': `import { n, up } from './counter.js';
import './silent.js';
up();
const text = \`a
  b\`;
console.log(n, text);`,
  'counter.js': `export let n = 0;
export function up() { n++; }
const local = n;
console.log('counter', local);`,
  'silent.js': `console.log('silent');`,
};

/** A plugin that comes before ours. */
const changes = (change: (code: string) => string): Plugin => ({
  name: 'changes',
  renderChunk: { order: 'pre', handler: (code) => ({ code: change(code), map: null }) },
});
const reindents = changes((code) => code.replace(/^( *)(?=function up)/m, '$1  '));

async function traceOf(format: Format, plugins: Plugin[]): Promise<string> {
  const traced = await bundle({ source: APP, format, plugins });
  const plain = await bundle({ source: APP, format, plugins, trace: false });
  const [{ stdout, stderr, events = [] }, expected] = await Promise.all([
    run(write(traced, format, 'traced')),
    run(write(plain, format, 'plain')),
  ]);
  expect({ stdout, stderr }).to.deep.equal({ stdout: expected.stdout, stderr: expected.stderr });
  expect(traced.warnings).to.deep.equal([]);
  return formatTrace(events);
}

describe('a chunk that has no slices', () => {
  for (const format of ['es', 'cjs', 'iife'] as const) {
    it(`is worked on as a whole: a module's statements are those with sites of its own (${format})`, async () => {
      const whole = await traceOf(format, [reindents]);
      const sliced = await traceOf(format, []);
      // Without sites nothing tells where its statements are.
      expect(sliced).to.include('start silent.js');
      expect(whole).not.to.include('start silent.js');
      expect(whole).to.equal(
        sliced
          .split('\n')
          .filter((line) => !line.includes('silent.js'))
          .join('\n'),
      );
    });
  }
});

describe('a slice', () => {
  it('knows what a later one declares: of a mark that a dropped read left behind another name, nothing is told', async () => {
    const source = {
      'main.js': "import { a } from './later.js'; console.log(a());",
      'later.js': "import { first } from './first.js'; export function a() { return first; }",
      'first.js': `import { a } from './later.js';
const local = 1;
console.log(true ? local : a, typeof a);
export const first = 2;`,
    };
    const traced = await bundle({ source });
    const plain = await bundle({ source, trace: false });
    const { events = [], stdout } = await run(write(traced, 'es', 'traced'));
    expect(stdout).to.equal((await run(write(plain, 'es', 'plain'))).stdout);
    const order = ['first.js', 'later.js', 'main.js'];
    expect(traced.chunk.moduleIds.map((id) => basename(id))).to.deep.equal(order);
    expect(formatTrace(events)).to.include('read first.js:3:37 a = later.js#a');
    expect(formatTrace(events)).not.to.include('read first.js:3:27');
  });
});

describe('JSX that is preserved', () => {
  for (const format of ['es', 'cjs', 'iife', 'amd', 'umd', 'system'] as const) {
    it(`stands in its module's slice (${format})`, async () => {
      const code = await chunkOf('log(<p>\n  text\n    more\n</p>);', true, format, { jsx: 'preserve' });
      expect(code).to.match(/\.start\((\d+)\);\s+log\(<p>[^;]*<\/p>\);\s*__phases(?:\(\))?\.end\(\1\);/);
    });
  }
});

describe('a call in a banner', () => {
  const traced = async (format: ModuleFormat, banner: string, plugins: Plugin[] = []) =>
    bundle({ source: APP, format, plugins, trace: { runtime: 'file' }, output: { banner } });

  it('is not taken for the wrapper of AMD', async () => {
    const banner = "addEventListener('load', function () {});";
    const { chunk, warnings } = await traced('amd', banner);
    expect(chunk.code.startsWith(`${banner}\ndefine(["./module-phases"], (function (`)).to.equal(true);
    expect(warnings).to.deep.equal([]);
  });

  it('is not taken for the wrapper of System', async () => {
    const banner = "f(['a'], function () { return {} });";
    const { chunk, warnings } = await traced('system', banner);
    expect(chunk.code).to.match(
      /^f\(\['a'\], function \(\) \{ return \{\} \}\);\nSystem\.register\('story', \["\.\/module-phases\.js"\]/,
    );
    expect(warnings).to.deep.equal([]);
  });

  for (const [format, change] of [
    ['amd', (code: string) => code.replace('function ()', '() =>')],
    [
      'system',
      (code: string) =>
        code
          .replace(/execute: \(function \(\) \{/, 'execute: (() => { if (1) {')
          .replace(/\}\)\s*\};/, '}})};'),
    ],
  ] as const) {
    it(`what is not the wrapper of ${format} at all leaves the chunk untraced, and is said`, async () => {
      const { chunk, warnings } = await traced(format, '', [changes(change)]);
      const plain = await bundle({ source: APP, format, plugins: [changes(change)], trace: false });
      expect(chunk.code).to.equal(plain.chunk.code);
      expect(warnings.map(({ pluginCode }) => pluginCode)).to.deep.equal(['WRAPPER_UNKNOWN']);
    });
  }
});

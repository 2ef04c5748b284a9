import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { type OutputOptions, type Plugin, rollup } from 'rollup';
import modulePhases from 'rollup-plugin-module-phases';
import type { TraceEvent } from '../../src/protocol/events.ts';
import { esbuild } from '../support/esbuild.ts';
import { misplaced, placeOf } from '../support/places.ts';
import { project } from '../support/project.ts';
import { run } from '../support/run.ts';
import { checkTrace } from '../support/trace.ts';
import { type Rebuild, type Watching, watching } from '../support/watching.ts';

const FILES = {
  'main.js': `import { n, up } from './counter.js';
import { label } from './label.ts';
up();
console.log(label, n);
import('./lazy.js').then(({ lazy }) => console.log(lazy));
export const done = n;
`,
  'counter.js': 'export let n = 0;\nexport const up = () => n++;\n',
  'label.ts': "import { n } from './counter.js';\nexport const label: string = 'n is ' + (n as number);\n",
  'lazy.js': "import { n } from './counter.js';\nexport const lazy = n + 1;\n",
};

const plugins = (dir: string): Plugin[] => [
  esbuild,
  modulePhases({ root: dir, console: false, reads: 'all', writes: 'all' }),
];

const outputs = (dir: string): OutputOptions[] =>
  (['es', 'cjs', 'system'] as const).map((format) => ({
    dir: join(dir, 'out', format),
    format,
    entryFileNames: format === 'es' ? '[name].mjs' : '[name].js',
    chunkFileNames: format === 'es' ? '[name].mjs' : '[name].js',
    sourcemap: true,
  }));

describe('watch mode', () => {
  const dir = project({ ...FILES, 'out/cjs/package.json': '{ "type": "commonjs" }' });
  let watched: Watching;
  before(async () => {
    watched = await watching({ dir, plugins: plugins(dir), output: outputs(dir) });
  });
  after(() => watched.close());

  const rebuild = async (files: Record<string, string | null>, ...transformed: string[]): Promise<void> => {
    const built = await watched.edit(files);
    await check(built, transformed);
  };

  /** The rebuild transformed just these modules, and made what a fresh build makes; the trace of it is right. */
  async function check({ error, transformed }: Rebuild, expected: readonly string[]): Promise<TraceEvent[]> {
    expect(error).to.equal(null);
    expect(transformed).to.deep.equal(expected.map((path) => join(dir, path)).sort());
    const fresh = await rollup({ input: join(dir, 'main.js'), plugins: plugins(dir), onLog: () => {} });
    for (const options of outputs(dir)) {
      const { output } = await fresh.generate(options);
      for (const file of output) {
        const text = readFileSync(join(options.dir ?? '', file.fileName), 'utf8');
        expect(text, file.fileName).to.equal(file.type === 'chunk' ? file.code : file.source);
      }
    }
    await fresh.close();
    const [es, cjs] = await Promise.all([
      run(join(dir, 'out/es/main.mjs')),
      run(join(dir, 'out/cjs/main.js')),
    ]);
    expect([es.stderr, cjs.stderr]).to.deep.equal(['', '']);
    expect(cjs.stdout).to.equal(es.stdout);
    const { events = [] } = es;
    checkTrace(events);
    expect(events.flatMap(placeOf)).to.not.have.lengthOf(0);
    expect(misplaced(dir, events)).to.deep.equal([]);
    return events;
  }

  it('transforms every module once, for all outputs', async () => {
    await check(watched.first, Object.keys(FILES));
  });

  it('an edit that moves reads: their lines and columns are the new ones, of the edited module alone', async () => {
    await rebuild({ 'main.js': `\n\n${FILES['main.js'].replace('label, n', '  n, 1, label')}` }, 'main.js');
    await rebuild({ 'label.ts': `interface A { b: string }\n\n${FILES['label.ts']}` }, 'label.ts');
  });

  it('an edit that moves declarations: reads of other modules, which are not transformed again, know', async () => {
    await rebuild(
      { 'counter.js': '// moved\nexport const up = () => { n += 1; };\n  export let n = 0;\n' },
      'counter.js',
    );
  });

  it('a renamed export', async () => {
    const counter = 'export let count = 0;\nexport const up = () => count++;\n';
    const renamed = (text: string): string => text.replace('{ n', '{ count as n');
    await rebuild(
      {
        'counter.js': counter,
        'main.js': renamed(FILES['main.js']),
        'label.ts': renamed(FILES['label.ts']),
        'lazy.js': renamed(FILES['lazy.js']),
      },
      ...Object.keys(FILES),
    );
    await rebuild(FILES, ...Object.keys(FILES));
  });

  it('an export that is missing for a while: the error, then what it was of is transformed again', async () => {
    const { error } = await watched.edit({ 'counter.js': FILES['counter.js'].replace('up', 'down') });
    expect(error).to.deep.include({ code: 'MISSING_EXPORT' });
    // Rollup forgets the module that the error is of.
    await rebuild({ 'counter.js': FILES['counter.js'] }, 'main.js');
  });

  it('an added module, and its removal', async () => {
    const main = `import { added } from './added.js';\n${FILES['main.js']}console.log(added);\n`;
    const added = "import { n } from './counter.js';\nexport const added = n + 10;\n";
    await rebuild({ 'added.js': added, 'main.js': main }, 'added.js', 'main.js');
    await rebuild({ 'main.js': FILES['main.js'], 'added.js': null }, 'main.js');
    await rebuild({ 'added.js': added, 'main.js': main }, 'added.js', 'main.js');
    await rebuild({ 'main.js': FILES['main.js'], 'added.js': null }, 'main.js');
  });

  it('an edit that introduces a syntax error, and one that removes it', async () => {
    for (const [path, broken, place] of [
      ['counter.js', 'export let n = 0;\nexport let = 1;\n', { line: 2, column: 7 }],
      ['main.js', "import { n } from './counter.js';\nconsole.log(n\n", { line: 3, column: 0 }],
    ] as const) {
      const { error } = await watched.edit({ [path]: broken });
      expect(error).to.deep.include({ code: 'PARSE_ERROR', id: join(dir, path) });
      expect(error?.loc).to.deep.include(place);
      expect(error?.frame).to.not.include('/*~');
      await rebuild({ [path]: `${FILES[path]}// mended\n` }, path);
    }
  });

  it('an edit that makes one chunk of two: the runtime moves into it, and out again', async () => {
    await rebuild({ 'main.js': FILES['main.js'].replace(/^import\(.*\n/m, '') }, 'main.js');
    expect(readFileSync(join(dir, 'out/es/main.mjs'), 'utf8')).to.not.match(/^import .* from ["']/m);
    await rebuild({ 'main.js': FILES['main.js'] }, 'main.js', 'lazy.js');
  });
});

describe('200 rebuilds in watch mode', () => {
  /** How much larger the heap is after 200 rebuilds than after 20. */
  const growth = async (mode: 'plain' | 'traced'): Promise<number> => {
    const script = fileURLToPath(new URL('../support/rebuilds.ts', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [
      '--expose-gc',
      '--import',
      'tsx',
      script,
      mode,
    ]);
    const [early, late] = JSON.parse(stdout) as [number, number];
    return late / early;
  };

  it('keep nothing of modules that are gone, nor of builds that failed', async () => {
    const [plain, traced] = await Promise.all([growth('plain'), growth('traced')]);
    expect(plain, 'Rollup alone').to.be.below(1.05);
    expect(traced).to.be.below(1.05);
  }).timeout(180_000);
});

/** What may differ in a traced bundle, and how far: docs/promise.md names a test for each line. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { rollup } from 'rollup';
import modulePhases from 'rollup-plugin-module-phases';
import { MARK_PATTERN } from '../../src/locate/marks/grammar.ts';
import { bundle, write } from '../support/bundle.ts';
import { project } from '../support/project.ts';
import { run } from '../support/run.ts';
import { expectSameBundle } from '../support/same-bundle.ts';

const APP = {
  'main.js': `import { n, up, walk } from './n.js';
function grown(by, to = 2) { return n + by; }
up();
globalThis.report({
  text: String(grown),
  name: grown.name,
  length: grown.length,
  keys: Object.keys(globalThis).join(),
  ownNames: Object.getOwnPropertyNames(globalThis).join(),
  depth: walk(0),
  listeners: Object.fromEntries(process.eventNames().map((name) => [String(name), process.listenerCount(name)])),
});
`,
  'n.js': `import { deeper } from './deeper.js';
export let n = 0;
export const up = () => n++;
export function walk(depth) {
  try { return deeper(depth + 1); } catch { return depth; }
}
`,
  'deeper.js': `import { walk } from './n.js';
export const deeper = (depth) => walk(depth);
`,
};

interface Report {
  text: string;
  name: string;
  length: number;
  keys: string;
  ownNames: string;
  depth: number;
  listeners: Record<string, number>;
}

async function report(trace: false | object): Promise<Report> {
  const built = await bundle({
    source: APP,
    trace,
    output: { banner: 'globalThis.report = (told) => console.log(JSON.stringify(told));' },
  });
  const { stdout, stderr } = await run(write(built, 'es', trace ? 'traced' : 'plain'));
  expect(stderr).to.equal('');
  return JSON.parse(stdout) as Report;
}

describe('what may differ', () => {
  let plain: Report;
  let traced: Report;
  before(async () => {
    plain = await report(false);
    traced = await report({});
  });

  it('the text of a function: not its name or length', () => {
    expect(traced.text).to.not.equal(plain.text);
    expect([traced.name, traced.length]).to.deep.equal([plain.name, plain.length]);
  });

  it('the global object: one property more, of a symbol, that is not enumerable', () => {
    expect([traced.keys, traced.ownNames]).to.deep.equal([plain.keys, plain.ownNames]);
  });

  it('the process: one listener more for each of two events', () => {
    const added = Object.entries(traced.listeners).flatMap(([name, count]) => {
      const more = count - (plain.listeners[name] ?? 0);
      return more ? [[name, more]] : [];
    });
    expect(added).to.have.deep.members([
      ['exit', 1],
      ['uncaughtExceptionMonitor', 1],
    ]);
  });

  it('how deep a program can call: not less than half as deep', () => {
    expect(plain.depth).to.be.above(1000);
    expect(traced.depth).to.be.above(plain.depth / 2);
  });

  it('the code of a module as other plugins see it: comments more, nothing else', async () => {
    const dir = project(APP);
    const build = await rollup({ input: join(dir, 'main.js'), plugins: [modulePhases({ root: dir })] });
    const codes = (build.cache?.modules ?? []).map(({ id, code }) => [id, code] as const);
    await build.close();
    expect(codes).to.have.length(3);
    for (const [id, code] of codes) {
      expect(code).to.match(new RegExp(MARK_PATTERN));
      expect(code.replace(new RegExp(MARK_PATTERN, 'g'), '')).to.equal(readFileSync(id, 'utf8'));
    }
  });

  it('the size that `experimentalMinChunkSize` sees: that of the marks, so chunks between the two sizes', async () => {
    const source = {
      'main.js':
        "import { both } from './both.js';\nimport('./lazy.js');\nconsole.log(both);\nexport const main = 1;\n",
      'second.js': "import { both } from './both.js';\nconsole.log(both);\nexport const second = 1;\n",
      'both.js': 'export const both = 1;\n',
      'lazy.js': "import { both } from './both.js';\nexport default both;\n",
    };
    const dir = project(source);
    const made = (trace: false | object, experimentalMinChunkSize: number) =>
      bundle({
        source: dir,
        input: ['main.js', 'second.js'],
        trace,
        output: { experimentalMinChunkSize, chunkFileNames: '[name].js' },
      });
    for (const size of [1, 10_000]) {
      expectSameBundle(await made({}, size), await made(false, size), { context: `${size} bytes` });
    }
  });

  it('docs/promise.md names tests that exist', () => {
    const text = readFileSync('docs/promise.md', 'utf8');
    const named = [...text.matchAll(/\[`([^`]+)`\]\(\.\.\/([^)]+)\)/g)];
    expect(named.length).to.be.above(10);
    for (const [, title = '', file = ''] of named) {
      expect(existsSync(file), file).to.equal(true);
      // The whole file, or a test in it.
      if (!file.endsWith(`/${title}`)) expect(readFileSync(file, 'utf8'), file).to.include(title);
    }
  });
});

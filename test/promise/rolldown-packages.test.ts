/** Real packages, bundled by Rolldown with every module traced: the output is the same, and their reads are found. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { Plugin } from 'rolldown';
import type { PluginOptions } from '../support/bundle.ts';
import { write } from '../support/bundle.ts';
import { project } from '../support/project.ts';
import { type RolldownBundle, rolldownBundle } from '../support/rolldown.ts';
import { run } from '../support/run.ts';
import { expectSameRun } from '../support/same-bundle.ts';

/** Where `node_modules` is. */
const root = fileURLToPath(new URL('../..', import.meta.url));

/** `found`: reads in the chunk that are traced at least. */
const PROGRAMS: Record<string, { found: number; text: string }> = {
  'lodash-es': {
    found: 2430,
    text: `import _, { chunk, groupBy, map } from 'lodash-es';
      console.log(_.sortBy([3, 1, 2]), map([1, 2], (x) => x * 2), chunk([1, 2, 3], 2), groupBy([1.2, 2.1], Math.floor));`,
  },
  d3: {
    found: 225,
    text: `import * as d3 from 'd3';
      console.log(d3.scaleLinear([0, 1], [0, 10])(0.5), d3.format('.2f')(Math.PI), d3.line()([[0, 1], [2, 3]]), Object.keys(d3).length);`,
  },
  mathjs: {
    found: 2350,
    text: `import { all, create } from 'mathjs';
      console.log(create(all).evaluate('sqrt(2 ^ 4) + det([1, 2; 3, 4])'));`,
  },
  zod: {
    found: 570,
    text: `import { z } from 'zod';
      console.log(z.object({ a: z.string().min(2), b: z.number().optional() }).safeParse({ a: 'x' }).error.issues.length);`,
  },
};

async function built(name: string, text: string, trace: PluginOptions | false): Promise<RolldownBundle> {
  const entry = join(root, `${name}-program.js`);
  const program: Plugin = {
    name: 'program',
    resolveId: (id) => (id === entry ? id : null),
    load: (id) => (id === entry ? text : null),
  };
  const made = await rolldownBundle({
    source: root,
    input: [`${name}-program.js`],
    trace,
    plugins: [program],
    output: { minify: false },
  });
  return { ...made, dir: project({}) };
}

/** Calls in the text of a traced chunk that announce reads. */
const guards = ({ chunk }: RolldownBundle): number =>
  new Set(
    Array.from(
      chunk.code.matchAll(/\b__phases(?:\(\))?\.(?:read|probe|note|value)\((\d+)/g),
      ([, site]) => site,
    ),
  ).size;

describe('packages under Rolldown', function () {
  this.timeout(60_000);
  for (const [name, { found, text }] of Object.entries(PROGRAMS)) {
    it(`${name}: prints what the plain bundle prints; its reads are found, and no finding is an alarm`, async () => {
      const plain = await built(name, text, false);
      const traced = await built(name, text, { root, exclude: [], limit: 1e6, reads: 'all' });
      const runs = await Promise.all([plain, traced].map((made) => run(write(made, 'es', 'out'))));
      const [plainRun, tracedRun] = runs;
      if (!plainRun || !tracedRun) throw new Error('A run has no result');
      expect(plainRun.stdout).to.match(/\d/);
      expectSameRun(tracedRun, plainRun);
      expect(tracedRun.failures).to.equal(0);
      expect(tracedRun.findings?.filter(({ severity }) => severity !== 'info')).to.deep.equal([]);
      expect(guards(traced), 'reads that were found').to.be.at.least(found);
    });
  }
});

describe('reads without a place of their own in the map of Rolldown', () => {
  const FILES = {
    'dep.js': `globalThis.count = 0;
export const config = { size: globalThis.count };
export function make() { return ++globalThis.count; }
export class Box { value = ++globalThis.count; }`,
    'first.js': `export default function head() { return 'head'; }`,
    'alias.js': `export { default } from './first.js';`,
    'common.cjs': `exports.f = () => 'f'; exports.list = [1];`,
    'whole.cjs': `module.exports = (n) => n;`,
  };
  const CASES: Record<string, { text: string; reads: string[] }> = {
    'a call after an annotation': {
      text: `import { make, Box } from './dep.js'; export const a = /*#__PURE__*/ make(), b = /* @__PURE__ */ new Box();`,
      reads: ['make 1:69', 'Box 1:101'],
    },
    'a call of a CommonJS module after an annotation': {
      text: `import whole from './whole.cjs'; export const a = /*#__PURE__*/ whole(1);`,
      reads: ['whole 1:64'],
    },
    "a namespace's members after an annotation": {
      text: `import * as dep from './dep.js'; export const a = /*#__PURE__*/ dep.make();`,
      reads: ['dep.make 1:64'],
    },
    'a shorthand of another name': {
      text: `import first from './alias.js'; export const a = { first };`,
      reads: ['first 1:51'],
    },
    'a member of a CommonJS namespace': {
      text: `import * as common from './common.cjs'; common.f(); export const a = [common.list[0]];`,
      reads: ['common.f 1:40', 'common.list 1:70'],
    },
    "a member of a namespace's member": {
      text: `import * as dep from './dep.js'; export const a = [dep.config.size];`,
      reads: ['dep.config 1:51'],
    },
  };
  for (const [title, { text, reads }] of Object.entries(CASES)) {
    it(title, async () => {
      const source = project({ ...FILES, 'main.js': text });
      const traced = await rolldownBundle({ source, trace: { reads: 'all' }, output: { minify: false } });
      const file = write(traced, 'es', 'traced');
      expect(dirname(file)).to.include(source);
      const { events = [], stderr } = await run(file);
      expect(stderr).to.equal('');
      const found = events.flatMap((event) =>
        event.type === 'read' && event.importer === 'main.js'
          ? [`${event.local} ${event.loc.line}:${event.loc.column}`]
          : [],
      );
      expect(found).to.deep.equal(reads);
    });
  }
});

/** Source maps of Rolldown's chunks through the tracing, and what becomes of modules whose own maps are missing or coarse. */

import { join } from 'node:path';
import { decodedMappings, TraceMap } from '@jridgewell/trace-mapping';
import { expect } from 'chai';
import type { OutputOptions, Plugin } from 'rolldown';
import { write } from '../support/bundle.ts';
import { project } from '../support/project.ts';
import { expectSameRolldown, type RolldownBundle, rolldownBundle } from '../support/rolldown.ts';
import { run } from '../support/run.ts';
import { expectSameRun } from '../support/same-bundle.ts';

const FILES = {
  'main.js': `import total, { n, n as count, add, Box } from './counter.js';
import * as ns from './counter.js';
import { n as other } from './other.js';
console.log(n, count, add(n), { n, count: other }, \`\${n}\${count}\`, ns.n, ns.add(ns.n), total);
	console.log('💥', n, '💥💥', new Box(count).value, [...ns.list, n]); console.log(total);
function later(n) { return n + count + other; }
for (const item of ns.list) console.log(item, later(item), n); export let own = n;
own = count; own += n; own++; ({ own } = { own: n }); console.log(own, typeof n, n ? count : other);
`,
  'counter.js': `import { n as other } from './other.js';\r
export let n = other;\r
export const list = [1, 2, 3], size = list.length;\r
export function add(by) { n += by; n++; return n + other; }\r
export class Box { value; constructor(value) { this.value = value + n; } }\r
export default n + other + size;\r
`,
  'other.js': '/* a comment */ export let n = 5; n = 6;\n',
};

const dir = project(FILES);

const built = (trace: boolean, output: OutputOptions, plugins: Plugin[] = []): Promise<RolldownBundle> =>
  rolldownBundle({
    source: dir,
    trace: trace && { reads: 'all', writes: 'all' },
    plugins,
    output: { dir: join(dir, 'dist'), sourcemap: true, ...output },
  });

/** The words of the chunk that the map gives a place with a word: `word source:line:column`. */
function placesOf({ chunk }: RolldownBundle): string[] {
  const map = new TraceMap(JSON.stringify(chunk.map));
  const lines = chunk.code.split('\n');
  return decodedMappings(map).flatMap((segments, line) =>
    segments.flatMap((segment) => {
      const [word] = /^[\p{ID_Start}$_][\p{ID_Continue}$]*/u.exec(lines[line]?.slice(segment[0]) ?? '') ?? [];
      if (word === undefined || segment.length === 1) return [];
      return [`${word} ${map.sources[segment[1]]}:${segment[2] + 1}:${segment[3]}`];
    }),
  );
}

/** What is missing of these in a list that has more of them. */
function missing(found: readonly string[], expected: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const place of found) left.set(place, (left.get(place) ?? 0) + 1);
  return expected.filter((place) => {
    const count = left.get(place) ?? 0;
    left.set(place, count - 1);
    return count <= 0;
  });
}

describe('source maps of Rolldown', () => {
  const OUTPUTS: Record<string, OutputOptions> = {
    es: { minify: false },
    cjs: { minify: false, format: 'cjs' },
    'es in strict order': { minify: false, strictExecutionOrder: true },
    'es without spaces': { minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } } },
  };
  for (const [title, output] of Object.entries(OUTPUTS)) {
    it(`${title}: every word has the place that it has without the plugin`, async () => {
      const plain = placesOf(await built(false, output));
      const traced = placesOf(await built(true, output));
      expect(plain.length).to.be.above(80);
      expect(missing(traced, plain)).to.deep.equal([]);
    });
  }

  it('minified: the map names the same sources with their texts, and its places are in them', async () => {
    const plain = await built(false, { minify: true });
    const traced = await built(true, { minify: true });
    expect(traced.chunk.map?.sources).to.have.members(plain.chunk.map?.sources ?? []);
    expect(traced.chunk.map?.sourcesContent).to.have.members(plain.chunk.map?.sourcesContent ?? []);
    const originals = (made: RolldownBundle) => placesOf(made).map((place) => place.split(' ')[1] ?? '');
    const inTraced = new Set(originals(traced));
    const gone = originals(plain).filter((place) => !inTraced.has(place));
    expect(gone.length / originals(plain).length, gone.join()).to.be.below(0.1);
  });
});

describe('modules with a bad map, under Rolldown', () => {
  /** Two lines before the code, so that no place is right by chance. */
  const shifted = (code: string): string => `/* generated */\n/* by a tool */\n${code}`;
  const MAPS: Record<string, (code: string) => { code: string; map: unknown }> = {
    'no map': (code) => ({ code: shifted(code), map: null }),
    'an empty map': (code) => ({ code: shifted(code), map: { mappings: '' } }),
    'a map that gives each line one place': (code) => ({
      code: shifted(code),
      map: {
        version: 3,
        sources: [''],
        names: [],
        mappings: `;;${code
          .split('\n')
          .map((_, line) => (line === 0 ? 'AAAA' : 'AACA'))
          .join(';')}`,
      },
    }),
    'a map that gives all one place': (code) => ({
      code: shifted(code),
      map: { version: 3, sources: [''], names: [], mappings: ';;AAAA' },
    }),
    'a map of another text': (code) => ({
      code: shifted(code),
      map: {
        version: 3,
        sources: ['elsewhere.js'],
        sourcesContent: ['n'],
        names: [],
        mappings: ';;AAAA,KAAA',
      },
    }),
  };
  for (const [title, transform] of Object.entries(MAPS)) {
    for (const strictExecutionOrder of [false, true]) {
      it(`${title}${strictExecutionOrder ? ', in strict order' : ''}: the same program, and no read is taken for another`, async () => {
        const plugin = { name: 'compiler', transform: (code: string) => transform(code) } as Plugin;
        const output = { minify: false, strictExecutionOrder } as const;
        const plain = await built(false, output, [plugin]);
        const traced = await built(true, output, [plugin]);
        expectSameRolldown(traced, plain, []);
        const plainRun = await run(write(plain, 'es', 'plain'));
        const tracedRun = await run(write(traced, 'es', 'traced'));
        expectSameRun(tracedRun, plainRun);
        expect(plainRun.code).to.equal(0);
        expect(tracedRun.failures).to.equal(0);
        // What is read has the value that the binding has: `n` of counter.js is 6 and more, of other.js 5 or 6.
        const { events = [] } = tracedRun;
        expect(events.filter(({ type }) => type === 'evaluate-start')).to.have.length(3);
        for (const event of events) {
          if (event.type !== 'read') continue;
          const name = event.local.split('.').at(-1) ?? '';
          const { name: declared, module } = event;
          expect(BINDINGS[`${event.importer} ${name}`], `${event.importer} ${event.local}`).to.equal(
            `${module} ${declared}`,
          );
          if (KINDS[declared]) expect(event.value, declared).to.match(KINDS[declared]);
        }
      });
    }
  }
});

/** What the importers' names stand for. */
const BINDINGS: Record<string, string> = {
  'main.js total': 'counter.js default',
  'main.js n': 'counter.js n',
  'main.js count': 'counter.js n',
  'main.js add': 'counter.js add',
  'main.js Box': 'counter.js Box',
  'main.js list': 'counter.js list',
  'main.js other': 'other.js n',
  'counter.js other': 'other.js n',
};

/** What their values look like. */
const KINDS: Record<string, RegExp> = {
  add: /^function/,
  Box: /^class/,
  list: /^array/,
  default: /^\d+$/,
  n: /^\d+$/,
};

import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { decodedMappings, TraceMap } from '@jridgewell/trace-mapping';
import { expect } from 'chai';
import { transform } from 'esbuild';
import type { Identifier } from 'estree';
import { walk } from 'estree-walker';
import type { Plugin } from 'rollup';
import { parseAst } from 'rollup/parseAst';
import { startOf } from '../../src/ast/node-path.ts';
import { type Bundle, bundle, FORMATS, type Format, write } from '../support/bundle.ts';
import { misplaced, placeOf, wordsAt } from '../support/places.ts';
import { project } from '../support/project.ts';
import { run } from '../support/run.ts';
import { expectSameBundle } from '../support/same-bundle.ts';

/** Many reads and writes, on lines that hold several, after tabs, wide characters and other line breaks. */
const JAVASCRIPT = {
  'main.js': `import total, { n, n as count, add, Box, '𝒳 y' as odd } from './counter.js';
import * as ns from './counter.js';
import { n as other } from './other.js';
import { sep, join as glue } from 'node:path';

console.log(n, count, add(n), { n, count: other }, \`\${n}\${count}\`, ns.n, ns.add(ns.n), ns);
	console.log('💥', n, '💥💥', new Box(count).value, odd, [...ns.list, n]); console.log(total);
const { length } = ns.list, first = ns.list[0]; add(length); add(first);
function later(n) { return n + count + other; }
for (const item of ns.list) console.log(item, later(item), n);
console.log(glue('a', 'b').length, sep.length, typeof n, n ? count : other, (0, ns.add)(2));
export let own = n, second = own + count;
own = count; own += n; own++; [own, second] = [second, own]; ({ own } = { own: n });
console.log(own, second++, ++own, own ??= n);
export default () => own + n;
`,
  'counter.js': `import { n as other } from './other.js';\r
export let n = other;\r
export const list = [1, 2, 3], size = list.length;\r
export function add(by) { n += by; n++; return n + other; }\r
export class Box { value; constructor(value) { this.value = value + n; } }\r
let 𝒳 = n; export { 𝒳 as '𝒳 y' };\r
export default n + other + size;\r
`,
  'other.js': '/* a comment */ export let n = 5; n = 6;\nexport const unused = n;\n',
};

/** Types in the way of every position. */
const TYPESCRIPT = {
  'main.ts': `import type { Shape } from './shapes.ts';
import { Kind, area as areaOf, count, grow, type Named, square } from './shapes.ts';
import * as shapes from './shapes.ts';

interface Pair<A, B = A> { left: A; right: B }
const pair: Pair<number> = { left: count as number, right: areaOf(square<number>(2)) };
export let seen: number = count, kinds: Kind[] = [Kind.Square];
function describe<T extends Named>(this: void, shape: T & Shape): string {
  return \`\${shape.name satisfies string}: \${areaOf(shape)!} \${count} \${Kind[shape.kind]}\`;
}
console.log(describe({ ...square(3), name: 'a' } as Shape & Named), pair.left, pair.right);
abstract class Base<T> { constructor(protected readonly value: T = count as unknown as T, public n = shapes.count) {} }
class Derived extends Base<number> { get(): number { return this.value + count + this.n; } }
grow(<number>count); seen = count; seen += (count as number);
console.log(new Derived().get(), seen, kinds!.length, shapes.count, count);
`,
  'shapes.ts': `export enum Kind { Square = 1, Circle }
export type Named = { name: string };
export interface Shape { kind: Kind; side: number }
export let count: number = 0;
export const area = ({ side }: Shape): number => side ** 2;
export function square<N extends number>(side: N): Shape { count++; return { kind: Kind.Square, side }; }
export function grow(by: number): void { count = count + by; }
`,
};

/** What the importer calls it, and what Rollup prints: the exporter's name. `export default` has none. */
const ALIASES: Record<string, string> = {
  count: 'n',
  other: 'n',
  glue: 'join',
  odd: '𝒳',
  export: 'total',
  areaOf: 'area',
};

const esbuild: Plugin = {
  name: 'esbuild',
  async transform(code, id) {
    const { code: compiled, map } = await transform(code, {
      loader: 'ts',
      sourcemap: 'external',
      sourcefile: id,
    });
    return { code: compiled, map };
  },
};

/** Where the chunk would go; its map's sources are relative to that. */
const DIST = 'dist';

const PROJECTS = {
  JavaScript: { files: JAVASCRIPT, input: 'main.js', plugins: [] },
  'TypeScript, compiled by esbuild': { files: TYPESCRIPT, input: 'main.ts', plugins: [esbuild] },
};

/** An identifier of a chunk, and the place that the map gives for just it. */
interface Mapped {
  name: string;
  source: string;
  line: number;
  column: number;
}

function mapped({ chunk, dir }: Bundle): Mapped[] {
  const map = new TraceMap(JSON.stringify(chunk.map));
  const lines = decodedMappings(map);
  const starts = [0, ...Array.from(chunk.code.matchAll(/\n/g), ({ index }) => index + 1)];
  /** By offset: a shorthand property is two identifiers in one place. */
  const identifiers = new Map<number, Identifier>();
  walk(parseAst(chunk.code), {
    enter(node) {
      if (node.type === 'Identifier') identifiers.set(startOf(node), node);
    },
  });
  let line = 0;
  return [...identifiers.values()]
    .sort((a, b) => startOf(a) - startOf(b))
    .flatMap((node): Mapped[] => {
      while ((starts[line + 1] ?? Infinity) <= startOf(node)) line++;
      const column = startOf(node) - (starts[line] ?? 0);
      const segment = lines[line]?.find(([generated]) => generated === column);
      if (segment === undefined || segment.length === 1) return [];
      const [, source, sourceLine, sourceColumn] = segment;
      const file = resolve(dir, DIST, map.sources[source] ?? '');
      return [{ name: node.name, source: file, line: sourceLine + 1, column: sourceColumn }];
    });
}

const WORD = /[\p{ID_Start}$_][\p{ID_Continue}$]*/gu;

/** What of `expected` is missing in `found`, where it stands in the same order among others. */
function missing(found: readonly Mapped[], expected: readonly Mapped[]): Mapped[] {
  const keys = found.map((place) => JSON.stringify(place));
  let from = 0;
  return expected.filter((place) => {
    const at = keys.indexOf(JSON.stringify(place), from);
    if (at >= 0) from = at + 1;
    return at < 0;
  });
}

describe('source maps', () => {
  for (const [title, { files, input, plugins }] of Object.entries(PROJECTS)) {
    describe(title, () => {
      const dir = project(files);
      const made = (format: Format, trace: false | object): Promise<Bundle> =>
        bundle({
          source: dir,
          input,
          format,
          trace,
          plugins,
          external: ['node:path'],
          output: { dir: join(dir, DIST), sourcemap: true, exports: 'named' },
        });

      for (const format of FORMATS) {
        it(`${format}: every identifier has the place that it has without the plugin`, async () => {
          const plain = mapped(await made(format, false));
          const traced = mapped(await made(format, {}));
          expect(plain.length).to.be.above(80);
          expect(missing(traced, plain)).to.deep.equal([]);
        });

        it(`${format}: the map names the same sources, with their text`, async () => {
          const plain = await made(format, false);
          const traced = await made(format, {});
          expectSameBundle(traced, plain);
          expect(traced.chunk.map?.sources).to.have.length(Object.keys(files).length);
          for (const [index, source] of (traced.chunk.map?.sources ?? []).entries()) {
            expect(traced.chunk.map?.sourcesContent?.[index]).to.equal(
              readFileSync(resolve(dir, DIST, source), 'utf8'),
            );
          }
        });
      }

      it('each place has the identifier of that name, or the one that was renamed', async () => {
        const users = new Set(Object.values(files).flatMap((text) => text.match(WORD) ?? []));
        const wrong: string[] = [];
        for (const { name, source, line, column } of mapped(await made('es', {}))) {
          const unnumbered = name.replace(/\$\d+$/, '');
          // What esbuild or Rollup named has no place that could be wrong.
          if (!users.has(unnumbered) && !Object.values(ALIASES).includes(unnumbered)) continue;
          const [first = '', member] = wordsAt(source, line, column);
          if (![first, member, ALIASES[first]].includes(unnumbered)) {
            wrong.push(`${name} is at ${source}:${line}:${column}, where ${first || 'no identifier'} stands`);
          }
        }
        expect(wrong).to.deep.equal([]);
      });

      for (const format of FORMATS) {
        it(`${format}: an event's place is that of the identifier in the user's own source`, async () => {
          const traced = await made(format, { reads: 'all', writes: 'all' });
          const { events = [], code, stderr } = await run(write(traced, format, `${format}-places`));
          expect(stderr).to.equal('');
          expect(code).to.equal(0);
          expect(events.flatMap(placeOf).length).to.be.above(25);
          expect(misplaced(dir, events)).to.deep.equal([]);
        });
      }
    });
  }
});

/** Compilers before ours, and minifiers after it. */
import { join, resolve } from 'node:path';
import { runInNewContext } from 'node:vm';
import { decodedMappings, TraceMap } from '@jridgewell/trace-mapping';
import { minify as swc } from '@swc/core';
import { expect } from 'chai';
import { transform as esbuild } from 'esbuild';
import type { OutputOptions, Plugin, SourceMapInput } from 'rollup';
import { compile } from 'svelte/compiler';
import { minify as terser } from 'terser';
import { compileScript, parse } from 'vue/compiler-sfc';
import type { TraceEvent } from '../../src/protocol/events.ts';
import type { Trace } from '../../src/protocol/trace.ts';
import { type Bundle, bundle, type PluginOptions, write } from '../support/bundle.ts';
import { placeOf, wordsAt } from '../support/places.ts';
import { project } from '../support/project.ts';
import { type Run, run } from '../support/run.ts';
import { expectSameBundle, expectSameRun } from '../support/same-bundle.ts';
import { checkTrace } from '../support/trace.ts';

interface Compiled {
  code: string;
  map: SourceMapInput;
}

const compiler = (
  extension: string,
  compiled: (code: string, id: string) => Compiled | Promise<Compiled>,
): Plugin => ({
  name: extension,
  transform: (code, id) => (id.endsWith(extension) ? compiled(code, id) : null),
});

const jsx = compiler('.jsx', async (code, id) => {
  const { code: compiled, map } = await esbuild(code, {
    loader: 'jsx',
    jsxFactory: 'h',
    sourcemap: 'external',
    sourcefile: id,
  });
  return { code: compiled, map };
});

const typescript = compiler('.ts', async (code, id) => {
  const { code: compiled, map } = await esbuild(code, {
    loader: 'ts',
    sourcemap: 'external',
    sourcefile: id,
  });
  return { code: compiled, map };
});

const svelte = compiler('.svelte', (code, id) => {
  const { js } = compile(code, { filename: id, generate: 'server' });
  return { code: js.code, map: js.map };
});

const vue = compiler('.vue', (code, id) => {
  const { descriptor } = parse(code, { filename: id });
  const { content, map } = compileScript(descriptor, { id, inlineTemplate: true });
  return { code: content, map: JSON.stringify(map) };
});

const COUNT = `export let count = 1;
export const up = (by) => { count += by; return count; };
export const label = 'clicks';
`;

interface Project {
  files: Record<string, string>;
  plugins: Plugin[];
  /** Names that the compiler has no place for: those of elements that are components. */
  placeless?: string[];
  /** How many events have a place whose name is known. */
  named: number;
}

const PROJECTS: Record<string, Project> = {
  JSX: {
    plugins: [jsx],
    named: 20,
    files: {
      'main.js':
        "import { view } from './view.jsx';\nimport { up } from './count.js';\nup(2);\nconsole.log(view());\n",
      'h.js':
        "export const h = (tag, props, ...children) => typeof tag === 'function' ? tag({ ...props, children }) : [tag, ...children].flat().join(' ');\n",
      'view.jsx': `import { h } from './h.js';
import { count, label as text, up } from './count.js';
import * as parts from './parts.jsx';
import { List } from './parts.jsx';

export const view = () => <List title={text} wide>
  {text.length} {up(1)}
  <parts.Item of={count} {...{ text }} /> {count > 1 && <b id={label(count)}>{count}</b>}
</List>;
function label(n) { return \`\${text} \${n}\`; }
`,
      'parts.jsx': `import { h } from './h.js';
import { count } from './count.js';
export function List({ title, children }) { return <ul>{title}: {children} of {count}</ul>; }
export const Item = ({ of, text }) => <li>{of} {text} {count}</li>;
`,
      'count.js': COUNT,
    },
  },
  TypeScript: {
    plugins: [typescript],
    named: 10,
    files: {
      'main.js':
        "import { total } from './total.ts';\nimport { up } from './count.js';\nup(2);\nconsole.log(total(4));\n",
      'total.ts': `import { count, label as text, up } from './count.js';
interface Named<T> { readonly name: T }

enum Size { Small = 1, Large = count as number }
export function total<T extends number>(this: void, by: T): string {
  const named: Named<string> = { name: text satisfies string };
  return \`\${named.name} \${up(by)!} \${Size.Large} \${count}\`;
}
`,
      'count.js': COUNT,
    },
  },
  Svelte: {
    plugins: [svelte],
    named: 20,
    placeless: ['Child'],
    files: {
      'main.js': `import { render } from 'svelte/server';
import App from './App.svelte';
import { up } from './count.js';
up(2);
console.log(render(App, { props: { name: 'you' } }).body);
`,
      'App.svelte': `<script>
  import Child from './Child.svelte';
  import { count, label as text, up } from './count.js';

  let { name } = $props();
  const first = count;
  export const start = count + up(1);
</script>

<h1 title={text}>{name}: {count} {text.length}</h1>
{#if count > 1}
  <Child of={count} /> {up(first)}
{/if}
{#each [count, start] as item}<li>{item} {text}</li>{/each}
`,
      'Child.svelte': `<script module>
  import { label } from './count.js';
  export let seen = label;
</script>
<script>
  let { of } = $props();
  seen += of;
</script>
<p>{of} {label} {seen}</p>
`,
      'count.js': COUNT,
    },
  },
  Vue: {
    plugins: [vue],
    named: 25,
    placeless: ['Child'],
    files: {
      'main.js': `import { createSSRApp } from 'vue';
import { renderToString } from 'vue/server-renderer';
import App from './App.vue';
import { up } from './count.js';
up(2);
renderToString(createSSRApp(App, { name: 'you' })).then(console.log);
`,
      'App.vue': `<template>
  <h1 :title="text">{{ name }}: {{ count }} {{ text.length }}</h1>
  <Child v-if="count > 1" :of="count" /> {{ up(first) }}
  <li v-for="item in [count, first]">{{ item }} {{ text }}</li>
</template>

<script setup>
import Child from './Child.vue';
import { count, label as text, up } from './count.js';

defineProps(['name']);
const first = count + up(1);
</script>
`,
      'Child.vue': `<script>
import { label } from './count.js';
export let seen = label;
</script>
<script setup>
defineProps(['of']);
seen += label;
</script>
<template><p>{{ of }} {{ label }} {{ seen }}</p></template>
`,
      'count.js': COUNT,
    },
  },
};

/** Where the chunk would go; its map's sources are relative to that. */
const DIST = 'dist';

const isPackage = (id: string): boolean => /^(?:svelte|vue)(?:\/|$)/.test(id);

/** A bundle of a project; packages are those of this repository. */
const made = (
  dir: string,
  plugins: Plugin[],
  trace: PluginOptions | false,
  output: OutputOptions = {},
): Promise<Bundle> =>
  bundle({
    source: dir,
    plugins,
    trace,
    external: ['vue', 'vue/server-renderer', 'svelte/server', 'svelte/internal/server'],
    output: {
      dir: join(dir, DIST),
      sourcemap: true,
      paths: (id) => (isPackage(id) ? import.meta.resolve(id) : id),
      ...output,
    },
  });

const ALL: PluginOptions = { reads: 'all', writes: 'all' };

async function ran(built: Bundle, name: string): Promise<Run> {
  const result = await run(write(built, 'es', name));
  expect(result.stderr).to.equal('');
  expect(result.stdout).to.not.equal('');
  return result;
}

describe('compilers', () => {
  for (const [title, { files, plugins, placeless = [], named }] of Object.entries(PROJECTS)) {
    describe(title, () => {
      const dir = project(files);
      let events: TraceEvent[];

      it('the program does the same', async () => {
        const bundles = { plain: await made(dir, plugins, false), traced: await made(dir, plugins, ALL) };
        expectSameBundle(bundles.traced, bundles.plain);
        const plain = await ran(bundles.plain, 'plain');
        const traced = await ran(bundles.traced, 'traced');
        expectSameRun(traced, plain);
        events = traced.events ?? [];
        checkTrace(
          events,
          events.flatMap(({ module }) => (module !== undefined && isPackage(module) ? [module] : [])),
        );
      });

      it("what the user wrote is told at the place where it stands in the user's file", () => {
        const wrong: string[] = [];
        let right = 0;
        for (const { name, file, line, column } of events.flatMap(placeOf)) {
          const isWritten = new RegExp(`(?<![\\w$])${name.replaceAll('$', '\\$')}(?![\\w$])`).test(
            files[file] ?? '',
          );
          // Of a compiler's own, such as `h` for an element.
          if (
            !isWritten ||
            placeless.includes(name) ||
            (name === 'h' && files[file]?.split('\n')[line - 1]?.[column] === '<')
          )
            continue;
          const [word] = wordsAt(join(dir, file), line, column);
          if (word === name) right++;
          else wrong.push(`${name} at ${file}:${line}:${column}, where ${word || 'nothing'} stands`);
        }
        expect(wrong).to.deep.equal([]);
        expect(right).to.be.at.least(named);
      });

      it("what the compiler wrote is told at a place that the user's file has", () => {
        const outside = events.flatMap(placeOf).filter(({ file, line, column }) => {
          const text = files[file]?.split('\n')[line - 1];
          return text === undefined || column > text.length;
        });
        expect(outside).to.deep.equal([]);
      });
    });
  }
});

const MINIFIERS: Record<string, (code: string) => Promise<Compiled>> = {
  async terser(code) {
    const result = await terser(code, { module: true, compress: { passes: 2 }, sourceMap: true });
    return { code: result.code ?? '', map: result.map as string };
  },
  async esbuild(code) {
    const { code: minified, map } = await esbuild(code, {
      minify: true,
      format: 'esm',
      sourcemap: 'external',
    });
    return { code: minified, map };
  },
  async swc(code) {
    const result = await swc(code, { module: true, compress: { passes: 2 }, mangle: true, sourceMap: true });
    return { code: result.code, map: result.map ?? null };
  },
};

/** Listed before ours: it minifies what we made all the same, since ours is `order: 'pre'`. */
const minifier = (name: string, minify: (code: string) => Promise<Compiled>): Plugin => ({
  name,
  renderChunk: (code) => minify(code),
});

const APP = {
  'main.js': `import total, { add, Box, count, label as text } from './counter.js';
import * as counter from './counter.js';

export let seen = count, own = 1;
function later(by) { return by + count + counter.count; }
class Shape extends Box { get area() { return this.value * count; } }
for (let i = 0; i < 3; i++) { add(i); seen = later(i); own += seen; [own, seen] = [seen, own]; }
try { add(null.x); } catch (error) { console.log(error.name, count); }
console.log(text, seen, own, new Shape(count).area, counter.label, total, typeof counter.add);
await Promise.resolve(count);
console.log(count ? text : later, \`\${count}\`);
`,
  'counter.js': `import { early } from './cycle.js';
export let count = 0;
export const label = 'items';
export function add(by) { count += by; count++; return count; }
export class Box { value; constructor(value) { this.value = value + count; } }
export default count + early();
`,
  'cycle.js': `import { count, label } from './counter.js';
let reason = 'none';
try { reason = label; } catch (error) { reason = error.name; }
export const early = () => reason.length + (typeof count === 'number' ? 1 : 0);
console.log(reason);
`,
};

describe('minifiers after ours', () => {
  const linesOf = ({ chunk }: Bundle): number => chunk.code.split('\n').length;
  const dir = project(APP);

  for (const [name, minify] of Object.entries(MINIFIERS)) {
    describe(name, () => {
      let plain: Bundle;
      let traced: Bundle;
      let minified: Bundle;
      before(async () => {
        plain = await made(dir, [minifier(name, minify)], false);
        traced = await made(dir, [], ALL);
        minified = await made(dir, [minifier(name, minify)], ALL);
        expectSameBundle(minified, plain);
        // Not characters: the runtime, which is most of the bundle, is minified already, by a better minifier than some.
        expect(linesOf(minified)).to.be.below(linesOf(traced) / 2);
      });

      it('the program does the same, and its trace is the same', async () => {
        const [expected, whole, small] = [
          await ran(plain, `${name}-plain`),
          await ran(traced, `${name}-traced`),
          await ran(minified, `${name}-minified`),
        ];
        expect(small.stdout).to.equal(expected.stdout);
        expect(small.stdout).to.equal(whole.stdout);
        expect(small.events?.length).to.be.above(50);
        expect(small.events?.map(comparable)).to.deep.equal(whole.events?.map(comparable));
      });

      it('what the map tells of the program alone, names too, it tells of the traced one', () => {
        const found = new Set(placesOf(minified));
        const expected = placesOf(plain);
        expect(expected.filter((place) => !found.has(place))).to.deep.equal([]);
        expect(expected.length).to.be.above(50);
      });
    });
  }
});

/** Without times, and without the names of functions, which minifiers replace. */
const comparable = ({ seq: _seq, time: _time, ...event }: TraceEvent): object => {
  const unnamed = (text: string | undefined): string | undefined =>
    text?.replace(/^(function|class) .*/, '$1');
  return {
    ...event,
    ...('duration' in event && { duration: 0 }),
    ...('value' in event && { value: unnamed(event.value) }),
    ...('previous' in event && { previous: unnamed(event.previous) }),
  };
};

/** Each place of an identifier that a bundle's map knows, and the name that the map has for it. */
const placesOf = ({ chunk, dir }: Bundle): string[] => {
  const map = new TraceMap(JSON.stringify(chunk.map));
  return decodedMappings(map).flatMap((segments) =>
    segments.flatMap((segment) => {
      if (segment.length === 1) return [];
      const [, source, line, column, name] = segment;
      const [word] = wordsAt(resolve(dir, DIST, map.sources[source] ?? ''), line + 1, column);
      const named = name === undefined ? '' : ` named ${map.names[name]}`;
      return word ? [`${word}${named} ${map.sources[source]}:${line + 1}:${column}`] : [];
    }),
  );
};

const DISPOSING = {
  'main.js': `import { symbols } from './symbols.js';
const log = (text) => console.log(text, ticks);
let ticks = 0;
const tick = () => { if (ticks++ < 20) Promise.resolve().then(tick); };
tick();
const resource = (name) => ({ [symbols.asyncDispose]: async () => log(name) });
{ await using a = resource('a'); log('in'); }
try { await using b = resource('b'), c = null; null.x; } catch (error) { log(error.name); }
try { await using d = resource('d'); null.x; await using e = null; } catch (error) { log(error.name); }
log('end');
`,
  'symbols.js': `export const symbols = {
  dispose: Symbol.dispose ?? Symbol.for('Symbol.dispose'),
  asyncDispose: Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose'),
};
`,
};
const BROUGHT_ALONG = `for (const name of ['dispose', 'asyncDispose'])
  if (!Symbol[name]) Object.defineProperty(Symbol, name, { value: Symbol(name) });
`;

describe('`await using`, compiled after ours', () => {
  const compiled = minifier('esbuild', async (code) => {
    const result = await esbuild(code, { target: 'es2022', sourcemap: 'external' });
    return { code: result.code, map: result.map };
  });

  for (const [title, symbols] of [
    ['no symbols for it', ''],
    ['symbols that the program brings along', BROUGHT_ALONG],
  ] as const) {
    it(`in a realm that has ${title}: the program does the same, and tells where it waits`, async () => {
      const source = project({ ...DISPOSING, 'symbols.js': symbols + DISPOSING['symbols.js'] });
      const plain = await inRealm(await bundle({ source, trace: false, after: [compiled] }));
      const traced = await inRealm(await bundle({ source, after: [compiled] }));
      expect(plain.printed).to.have.length(7);
      expect(traced.printed).to.deep.equal(plain.printed);
      expect(traced.waits).to.deep.equal([
        'evaluate-suspend 7',
        'evaluate-resume 7',
        'evaluate-suspend 8',
        'evaluate-resume 8',
        'evaluate-suspend 9',
        'evaluate-resume 9',
      ]);
    });
  }
});

/** Runs a chunk without imports in a realm of its own, which has what the engine has, and nothing of Node. */
async function inRealm({ chunk }: Bundle): Promise<{ printed: string[]; waits: string[] }> {
  const printed: string[] = [];
  const log = (...args: unknown[]): number => printed.push(args.join(' '));
  const told: Pick<Trace, 'events'> | undefined = await runInNewContext(
    `(async () => {${chunk.code}})().then(() => globalThis[Symbol.for('module-phases')])`,
    { console: { log } },
  );
  const waits = (told?.events ?? []).flatMap((event) =>
    event.type === 'evaluate-suspend' || event.type === 'evaluate-resume'
      ? [`${event.type} ${event.loc.line}`]
      : [],
  );
  return { printed, waits };
}

import { expect } from 'chai';
import type { OutputChunk } from 'rollup';
import { createGraph, type Graph, type GraphModule, type Resolution } from '../../../src/manifest/graph.ts';
import { bundle } from '../../support/bundle.ts';
import { graphModules, type Sources } from '../../support/graph-modules.ts';

const graphOf = (sources: Sources): Graph =>
  createGraph(new Map(graphModules(sources).map((module) => [module.id, module])));

/** `c#x`: the binding x of c; `c#*`: its namespace object; `ext?x`: whatever x of ext is. */
function textOf(resolution: Resolution | null): string | null {
  if (!resolution) return null;
  if (resolution.type === 'unknown') return `${resolution.id}?${resolution.name ?? '*'}`;
  const { module } = resolution;
  return `${module.id}#${resolution.type === 'namespace' ? '*' : module.record.bindings[resolution.binding]?.name}`;
}

interface Case {
  sources: Sources;
  /** What each name resolves to, as `module name`. */
  expected: Record<string, string | null>;
}

const RESOLVE_EXPORT: Record<string, Case> = {
  'a local export is the binding': {
    sources: { a: 'export const x = 1; export function f() {} export class C {} let y; export { y as z };' },
    expected: { 'a x': 'a#x', 'a f': 'a#f', 'a C': 'a#C', 'a z': 'a#y', 'a y': null },
  },
  'a default export is a binding named `default`, or the declaration that it has': {
    sources: {
      a: 'export default 1;',
      b: 'export default function f() {}',
      c: 'const n = 1; export { n as default };',
    },
    expected: { 'a default': 'a#default', 'b default': 'b#f', 'b f': null, 'c default': 'c#n' },
  },
  'what nobody exports is nothing': {
    sources: { a: "export * from 'b'; export const x = 1;", b: 'const y = 1;' },
    expected: { 'a y': null, 'b y': null },
  },
  'an indirect export is what the other module exports, through any number': {
    sources: { a: "export { y as z } from 'b';", b: "export { x as y } from 'c';", c: 'export let x;' },
    expected: { 'a z': 'c#x', 'a y': null, 'b y': 'c#x' },
  },
  'an import that is exported is an indirect export': {
    sources: { a: "import { x as y } from 'b'; export { y as z };", b: 'export let x;' },
    expected: { 'a z': 'b#x', 'a y': null },
  },
  'an indirect export of what is not there is nothing': {
    sources: { a: "export { x } from 'b';", b: '' },
    expected: { 'a x': null },
  },
  'a star gives all names but `default`': {
    sources: { a: "export * from 'b';", b: 'export default 1; export const x = 1;' },
    expected: { 'a x': 'b#x', 'a default': null },
  },
  '`default` by name goes through': {
    sources: {
      a: "export { default } from 'b';",
      b: "export { default as default } from 'c';",
      c: 'export default 1;',
    },
    expected: { 'a default': 'c#default' },
  },
  'an own export hides what a star gives': {
    sources: { a: "export * from 'b'; export { y as x } from 'b';", b: 'export let x, y;' },
    expected: { 'a x': 'b#y', 'a y': 'b#y' },
  },
  'a name that two stars give differently is ambiguous': {
    sources: { a: "export * from 'b'; export * from 'c';", b: 'export let x, y;', c: 'export let x, z;' },
    expected: { 'a x': null, 'a y': 'b#y', 'a z': 'c#z' },
  },
  'a name that two stars give alike is that binding': {
    sources: {
      a: "export * from 'b'; export * from 'c'; export * from 'd';",
      b: "export * from 'd';",
      c: "export { x } from 'd';",
      d: 'export let x;',
    },
    expected: { 'a x': 'd#x' },
  },
  'two namespaces are alike where they are of one module': {
    sources: {
      a: "export * from 'b'; export * from 'c';",
      b: "export * as n from 'd'; export * as m from 'd';",
      c: "export * as n from 'd'; export * as m from 'e';",
      d: '',
      e: '',
    },
    expected: { 'a n': 'd#*', 'a m': null },
  },
  'a namespace and a binding are not alike': {
    sources: {
      a: "export * from 'b'; export * from 'c';",
      b: "export * as x from 'd';",
      c: "export { x } from 'd';",
      d: 'export let x;',
    },
    expected: { 'a x': null },
  },
  'a namespace that is exported, imported first or not, is the namespace': {
    sources: { a: "export * as n from 'b'; import * as m from 'b'; export { m };", b: '' },
    expected: { 'a n': 'b#*', 'a m': 'b#*' },
  },
  'a module that exports itself has what it declares': {
    sources: { a: "export * from 'a'; export { x as y } from 'a'; export * as me from 'a'; export let x;" },
    expected: { 'a x': 'a#x', 'a y': 'a#x', 'a me': 'a#*', 'a z': null },
  },
  'an export of itself by the same name is nothing': {
    sources: { a: "export { x } from 'a';" },
    expected: { 'a x': null },
  },
  'indirect exports in a circle are nothing': {
    sources: { a: "export { x } from 'b';", b: "export { x } from 'c';", c: "export { x } from 'a';" },
    expected: { 'a x': null, 'b x': null, 'c x': null },
  },
  'a circle that changes the name comes to its end': {
    sources: { a: "export { y as x } from 'b'; export let z;", b: "export { z as y } from 'a';" },
    expected: { 'a x': 'a#z', 'b y': 'a#z' },
  },
  'stars in a circle give what each of them declares': {
    sources: {
      a: "export * from 'b'; export let x;",
      b: "export * from 'c'; export let y;",
      c: "export * from 'a'; export let z;",
    },
    expected: {
      'a x': 'a#x',
      'a y': 'b#y',
      'a z': 'c#z',
      'b x': 'a#x',
      'b y': 'b#y',
      'b z': 'c#z',
      'c x': 'a#x',
      'c y': 'b#y',
      'c z': 'c#z',
      'c q': null,
    },
  },
  'a circle of stars that is entered in its midst has what is outside of it': {
    sources: {
      a: "export * from 'b'; export * from 'c';",
      b: "export * from 'a';",
      c: "export * from 'b'; export * from 'd';",
      d: 'export let x;',
    },
    expected: { 'a x': 'd#x', 'b x': 'd#x', 'c x': 'd#x' },
  },
  'a circle of stars and names': {
    sources: {
      a: "export * from 'b'; export * from 'e';",
      b: "export { x } from 'c';",
      c: "export * from 'a'; export * from 'd';",
      d: 'export let x;',
      e: "export { x } from 'd';",
    },
    expected: { 'a x': 'd#x', 'b x': 'd#x', 'c x': 'd#x' },
  },
  'an external has any name': {
    sources: { a: "export { x } from 'ext'; export * as n from 'ext'; export { default as d } from 'ext';" },
    expected: { 'a x': 'ext?x', 'a n': 'ext?*', 'a d': 'ext?default' },
  },
  'a star of an external might have the name, unless another has it': {
    sources: { a: "export * from 'ext'; export * from 'b'; export * from 'other';", b: 'export let x;' },
    expected: { 'a x': 'b#x', 'a y': 'ext?y', 'a default': null },
  },
  'what was not resolved goes by its specifier': {
    sources: { a: "export { x } from 'nowhere';" },
    expected: { 'a x': 'nowhere?x' },
  },
};

const GET_EXPORTED_NAMES: Record<string, { sources: Sources; names: Record<string, string[]> }> = {
  'local, indirect and default exports, then those of stars': {
    sources: {
      a: "export * from 'b'; export { p as q, default as r } from 'b'; export * as n from 'b'; export let x; export default 1;",
      b: 'export let p, x; export default 2;',
    },
    names: { a: ['x', 'default', 'q', 'r', 'n', 'p'] },
  },
  'no `default` through a star': {
    sources: {
      a: "export * from 'b';",
      b: "export default 1; export * from 'c';",
      c: 'export default 1; export let y;',
    },
    names: { a: ['y'], b: ['default', 'y'] },
  },
  'each once, also in circles, and those that are ambiguous': {
    sources: {
      a: "export * from 'b'; export * from 'c'; export let x;",
      b: "export * from 'a'; export let y;",
      c: "export * from 'b'; export * from 'c'; export let y, z;",
    },
    names: { a: ['x', 'y', 'z'], b: ['y', 'x', 'z'], c: ['y', 'z', 'x'] },
  },
  'nothing is known of an external': {
    sources: { a: "export * from 'ext'; export { y } from 'ext';" },
    names: { a: ['y'], ext: [], nowhere: [] },
  },
};

describe('ResolveExport (ECMA-262, sec-resolveexport)', () => {
  for (const [rule, { sources, expected }] of Object.entries(RESOLVE_EXPORT)) {
    it(rule, () => {
      for (const [question, answer] of Object.entries(expected)) {
        const [id = '', name = ''] = question.split(' ');
        expect(textOf(graphOf(sources).resolveExport(id, name)), question).to.equal(answer);
      }
    });
  }

  it('no answer depends on what was asked before', () => {
    for (const [rule, { sources, expected }] of Object.entries(RESOLVE_EXPORT)) {
      const questions = Object.keys(expected);
      for (const first of questions) {
        const graph = graphOf(sources);
        for (const question of [first, ...questions]) {
          const [id = '', name = ''] = question.split(' ');
          expect(textOf(graph.resolveExport(id, name)), `${rule}: ${question} after ${first}`).to.equal(
            expected[question],
          );
        }
      }
    }
  });

  it('what is ambiguous below one star is missing there, as Rollup has it', async () => {
    const sources = {
      'main.js': "import { x } from './a.js'; console.log(x);",
      'a.js': "export * from './both.js'; export * from './d.js';",
      'both.js': "export * from './b.js'; export * from './c.js';",
      'b.js': "export const x = 'b'.trim();",
      'c.js': "export const x = 'c'.trim();",
      'd.js': "export const x = 'd'.trim();",
    };
    const { output } = await bundle({ source: sources, trace: false });
    expect((output[0] as OutputChunk).code)
      .to.include("const x = 'd'.trim()")
      .and.to.include('console.log(x)');
    const byId = Object.fromEntries(
      Object.entries(sources).map(([id, code]) => [id, code.replaceAll('./', '')]),
    );
    expect(textOf(graphOf(byId).resolveExport('a.js', 'x'))).to.equal('d.js#x');
    expect(textOf(graphOf(byId).resolveExport('both.js', 'x'))).to.equal(null);
  });
});

describe('GetExportedNames (ECMA-262, sec-getexportednames)', () => {
  for (const [rule, { sources, names }] of Object.entries(GET_EXPORTED_NAMES)) {
    it(rule, () => {
      for (const [id, expected] of Object.entries(names))
        expect(graphOf(sources).exportedNames(id), id).to.deep.equal(expected);
    });
  }
});

describe('what an import resolves to', () => {
  const SOURCES: Sources = {
    main: "import { x as y, default as d, gone } from 'a'; import * as ns from 'a'; import * as ext from 'ext';",
    a: "export { x } from 'b'; export * as inner from 'b'; export default 1; export * from 'b';",
    b: "export let x, z; export * as deep from 'main'; export * as out from 'ext';",
  };
  const resolved = (local: string, ...path: string[]): string | null => {
    const graph = graphOf(SOURCES);
    const main = graph.modules.get('main') as GraphModule;
    return textOf(
      graph.resolveImport(
        main,
        main.record.imports.findIndex((entry) => entry.local === local),
        path,
      ),
    );
  };

  it('a name', () => {
    expect(resolved('y')).to.equal('b#x');
    expect(resolved('d')).to.equal('a#default');
    expect(resolved('gone')).to.equal(null);
  });

  it('a namespace and the names that follow it', () => {
    expect(resolved('ns')).to.equal('a#*');
    expect(resolved('ns', 'z')).to.equal('b#z');
    expect(resolved('ns', 'default')).to.equal('a#default');
    expect(resolved('ns', 'inner', 'x')).to.equal('b#x');
    expect(resolved('ns', 'inner', 'deep')).to.equal('main#*');
    expect(resolved('ns', 'gone')).to.equal(null);
  });

  it('a name of an external, and no member of that', () => {
    expect(resolved('ext')).to.equal('ext?*');
    expect(resolved('ext', 'x')).to.equal('ext?x');
    expect(resolved('ns', 'out', 'x')).to.equal('ext?x');
    expect(resolved('ext', 'x', 'y')).to.equal(null);
  });

  it('no member of a binding', () => {
    expect(resolved('ns', 'x', 'y')).to.equal(null);
  });
});

describe('the way by which an import resolves', () => {
  /** By chain of names that `main` reads: the modules between, and with, the requested one and the declaring one. */
  const WAYS: Record<string, { sources: Sources; ways: Record<string, string> }> = {
    'is the requested module, where that declares the binding': {
      sources: { main: "import { x } from 'a'; import d from 'a';", a: 'export let x; export default 1;' },
      ways: { x: 'a', d: 'a' },
    },
    'leads through a barrel': {
      sources: {
        main: "import { x, y } from 'a';",
        a: "export * from 'b'; export { x as y } from 'c';",
        b: 'export let x;',
        c: 'export let x;',
      },
      ways: { x: 'a b', y: 'a c' },
    },
    'leads through a barrel of barrels': {
      sources: {
        main: "import { x } from 'a';",
        a: "import { y } from 'b'; export { y as x };",
        b: "export * from 'other'; export * from 'c';",
        c: "export { z as y } from 'd';",
        d: 'export let z;',
        other: 'export let y2;',
      },
      ways: { x: 'a b c d' },
    },
    'is that of the first star of several that give the same binding': {
      sources: {
        main: "import { x } from 'a';",
        a: "export * from 'c'; export * from 'b';",
        b: 'export let x;',
        c: "export * from 'b';",
      },
      ways: { x: 'a c b' },
    },
    'goes on with the members of a namespace object': {
      sources: {
        main: "import * as ns from 'a';",
        a: "export { x } from 'b'; export * as inner from 'c'; export let y;",
        b: 'export let x;',
        c: "export * from 'b'; export * as innermost from 'd';",
        d: 'export let z;',
      },
      ways: {
        ns: 'a',
        'ns.y': 'a',
        'ns.x': 'a b',
        'ns.inner': 'a c',
        'ns.inner.x': 'a c b',
        'ns.inner.innermost': 'a c d',
        'ns.inner.innermost.z': 'a c d',
      },
    },
    'leads to the module of a namespace object that is exported': {
      sources: {
        main: "import { n, m } from 'a';",
        a: "export * as n from 'b'; import * as m from 'b'; export { m };",
        b: '',
      },
      ways: { n: 'a b', m: 'a b' },
    },
    'leaves circles of re-exports, and comes back to a module under another name': {
      sources: {
        main: "import { x, y } from 'a';",
        a: "export * from 'b'; export { z as y } from 'b'; export { x as again } from 'c';",
        b: "export * from 'a'; export { again as z } from 'a'; export * from 'c';",
        c: "export * from 'b'; export let x;",
      },
      ways: { x: 'a b c', y: 'a b a c' },
    },
    'leads to the importer itself': {
      sources: {
        main: "import { x } from 'a'; export let x2; export { x2 as x };",
        a: "export { x } from 'main';",
      },
      ways: { x: 'a main' },
    },
    'ends where the build ends': {
      sources: { main: "import { x } from 'a'; import { y } from 'ext';", a: "export * from 'ext';" },
      ways: { x: 'a', y: '' },
    },
  };

  for (const [rule, { sources, ways }] of Object.entries(WAYS)) {
    it(rule, () => {
      // The second time, answers come from the cache.
      const graph = graphOf(sources);
      const main = graph.modules.get('main') as GraphModule;
      for (const [chain, expected] of [...Object.entries(ways), ...Object.entries(ways)]) {
        const [local, ...path] = chain.split('.');
        const entry = main.record.imports.findIndex((entry) => entry.local === local);
        const way = graph.resolveImport(main, entry, path)?.way;
        expect(way?.map(({ id }) => id).join(' '), chain).to.equal(expected);
      }
    });
  }
});

describe('a barrel', () => {
  it('of 500 stars: a name is looked for once, however many import it', () => {
    let asked = 0;
    const stars = Array.from({ length: 500 }, (_, i) => `s${i}`);
    const sources: Sources = {
      barrel: stars.map((id) => `export * from '${id}';`).join(''),
      main: "import { s499 } from 'barrel';",
    };
    for (const id of stars) sources[id] = `export let ${id};`;
    const { modules } = graphOf(sources);
    const counted = new (class extends Map<string, GraphModule> {
      override get(id: string) {
        asked++;
        return super.get(id);
      }
    })(modules);
    const graph = createGraph(counted);
    const main = modules.get('main') as GraphModule;
    for (let i = 0; i < 1000; i++) expect(textOf(graph.resolveImport(main, 0, []))).to.equal('s499#s499');
    expect(asked).to.be.below(5000);
  });
});

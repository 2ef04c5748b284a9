import { expect } from 'chai';
import { NOT_RECORDED } from '../../../src/manifest/graph.ts';
import { createManifest, type ManifestInput } from '../../../src/manifest/manifest.ts';
import { createNumbering, inLinkOrder } from '../../../src/manifest/numbering.ts';
import { buildTable } from '../../../src/manifest/table.ts';
import type { ModuleRecord } from '../../../src/model.ts';
import type { Manifest, ManifestModule } from '../../../src/protocol/manifest.ts';
import {
  type BuildTable,
  HERITAGE,
  type ModuleRow,
  type RuntimeSettings,
  UNCONDITIONAL,
} from '../../../src/protocol/tables.ts';
import { PHASES_ALONE } from '../../../src/record/record.ts';
import { manifestOf } from '../../../src/runtime/manifest.ts';
import { graphModules, type Sources } from '../../support/graph-modules.ts';

const OUTPUT = { format: 'es', chunks: [{ file: 'main.js', modules: [0, 1, 2], imports: [], entry: 2 }] };
const INCLUDED = { bindings: true, reads: true, writes: true };

interface Told {
  manifest: Manifest;
  table: BuildTable;
  rows: ModuleRow[];
  module(path: string): ManifestModule;
  row(path: string): ModuleRow;
  /** Indices of modules by their paths. */
  numbers(...paths: string[]): number[];
}

/** Modules of which `main` is the entry; those whose names begin with `x` are not included. */
function tell(
  sources: Sources,
  unrecorded: string[] = [],
  dropped: readonly (readonly [id: string, site: number])[] = [],
): Told {
  const modules = graphModules(sources, (id) => (id.startsWith('x') ? PHASES_ALONE : INCLUDED));
  for (const module of modules) if (unrecorded.includes(module.id)) module.record = NOT_RECORDED;
  const numbering = createNumbering(inLinkOrder(modules, ['main']));
  const isDropped = (module: number, site: number): boolean =>
    dropped.some(([id, of]) => numbering.numberOf(id) === module && of === site);
  const statesOf = ({ bindings, sites }: ModuleRecord, number: number): Map<number, number> => {
    const isAlias = (binding: number): boolean =>
      sites.some((site, i) => site.kind === 'default' && site.binding === binding && isDropped(number, i));
    return new Map(bindings.flatMap((_, i) => (isAlias(i) ? [] : [[i, 0]])));
  };
  const rendered = new Map(
    numbering.modules.map(({ record }, number) => [
      number,
      { chunk: 'main.js', states: statesOf(record, number), phases: true as const },
    ]),
  );
  const input: ManifestInput & { entries: { dynamic: string[] } } = {
    numbering,
    rendered,
    entries: { static: ['main'], dynamic: [] },
    lossOf: (module, site) => (isDropped(module, site) ? 'dropped' : undefined),
    pathOf: (id) => id,
  };
  const manifest = createManifest(input, OUTPUT);
  const table = buildTable({ ...input, settings: {} as RuntimeSettings, cells: 0, sites: [] }, OUTPUT);
  const numbers = (...paths: string[]): number[] =>
    paths.map((path) => manifest.modules.findIndex((module) => module.path === path));
  return {
    manifest,
    table,
    rows: table.modules,
    module: (path) => manifest.modules[numbers(path)[0] ?? -1] as ManifestModule,
    row: (path) => table.modules[numbers(path)[0] ?? -1] as ModuleRow,
    numbers,
  };
}

/** Paths of the modules that a module requests for more than its imports. */
const kept = ({ manifest, module }: Told, path: string): (string | undefined)[] =>
  module(path).requests.flatMap(({ module, isKept }) => (isKept ? manifest.modules[module]?.path : []));

describe('the manifest', () => {
  it('has each module in the order of linking, with what its source says', () => {
    const { manifest } = tell({
      main: "import { x } from 'a';\nimport 'b';\nawait x;",
      a: 'export let x = 1;\nexport default class {}',
      b: "import 'ext';",
    });
    expect(manifest).to.deep.equal({
      version: 1,
      modules: [
        {
          path: 'a',
          chunk: 'main.js',
          phases: true,
          requests: [],
          bindings: [
            { name: 'x', kind: 'let', line: 1, column: 11, state: 'uninitialized' },
            { name: 'default', kind: 'class', line: 2, column: 15, state: 'uninitialized' },
          ],
          imports: [],
        },
        { path: 'b', chunk: 'main.js', phases: true, requests: [], bindings: [], imports: [] },
        {
          path: 'main',
          chunk: 'main.js',
          phases: true,
          hasTLA: true,
          requests: [
            { module: 0, line: 1 },
            { module: 1, line: 2, isKept: true },
          ],
          bindings: [],
          imports: [
            {
              local: 'x',
              module: 0,
              binding: 0,
              way: [0],
              isUnconditional: true,
              at: { line: 3, column: 6 },
            },
          ],
        },
      ],
      entries: [2],
      ...OUTPUT,
    });
  });

  it('says of `export default a` what `a` is, where it is written, and whether it is the binding itself', () => {
    const sources = {
      main: "import 'a'; import 'b'; import 'c'; import 'x'; export default undeclared;",
      a: 'let a = 1;\nexport default a;\nexport const f = () => { { let a; a = 2; } a++; [a] = [3]; };',
      b: 'export var b = 1, c; export default b;\nb = 2;\nc = 1;',
      c: "import { b } from 'b'; export default b;",
      x: 'let x = 1; export default x; x = 2;',
    };
    // Its statement, and the second write.
    const told = tell(
      sources,
      [],
      [
        ['a', 0],
        ['a', 3],
      ],
    );
    const ofDefault = (path: string) =>
      told.module(path).bindings.find(({ name }) => name === 'default') ?? expect.fail(path);
    const row = (path: string) => told.row(path).bindings.find(([name]) => name === 'default');
    const [a, b] = [ofDefault('a'), ofDefault('b')];
    const place = { line: 2, column: 15 };
    expect(a).to.deep.equal({
      name: 'default',
      kind: 'default-expression',
      ...place,
      local: 'a',
      writes: [{ line: 3, column: 43 }],
      isAliased: true,
    });
    expect(b.writes).to.deep.equal([{ line: 2, column: 0 }]);
    expect(b.isAliased).to.equal(undefined);
    expect(ofDefault('main')).to.include({ local: 'undeclared' });
    for (const path of ['c', 'x']) expect(ofDefault(path)).not.to.have.any.keys('local', 'writes');

    expect(row('a')?.slice(4)).to.deep.equal([-1, 'a']);
    expect(row('b')?.slice(4)).to.deep.equal([0, 0]);
    expect(row('main')?.slice(4)).to.deep.equal([0]);
    const carried = manifestOf(told.table).modules[told.numbers('a')[0] ?? -1]?.bindings;
    const { writes: _, ...known } = a;
    expect(carried?.find(({ name }) => name === 'default')).to.deep.equal(known);
  });

  it('lists each imported name that is read once, and what its reads are', () => {
    const told = tell({
      main: `import { x, y, unused, gone } from 'a'; import * as ns from 'a'; import { z } from 'ext';
        () => { x; ns.x; ns.y.z; }; class A extends x {} () => x; ns.y; gone; z;
        import('a').then((m) => m.y);`,
      a: "export * from 'b'; export let y, unused;",
      b: 'export let x;',
    });
    const [a = -1, b = -1] = told.numbers('a', 'b');
    expect(told.module('main').imports).to.deep.equal([
      {
        local: 'x',
        module: b,
        binding: 0,
        way: [a, b],
        isUnconditional: true,
        isHeritage: true,
        at: { line: 2, column: 52 },
        throwsAt: { line: 2, column: 52 },
      },
      { local: 'ns.x', module: b, binding: 0, way: [a, b] },
      {
        local: 'ns.y',
        module: a,
        binding: 0,
        way: [a],
        isUnconditional: true,
        at: { line: 2, column: 66 },
      },
    ]);
  });

  const KEPT: Record<string, { main: string; isKept: boolean }> = {
    'names that are read': { main: "import { x, y as z } from 'a'; x; z;", isKept: false },
    'members of a namespace object': { main: "import * as ns from 'a'; ns.x; ns.y.z;", isKept: false },
    'no name': { main: "import 'a';", isKept: true },
    'no name, and names': { main: "import 'a'; import { x } from 'a'; x;", isKept: false },
    'an empty list of names': { main: "import {} from 'a';", isKept: true },
    'a name that nothing reads': { main: "import { x, y } from 'a'; x;", isKept: true },
    'a namespace object as a whole': { main: "import * as ns from 'a'; ns.x; f(ns);", isKept: true },
    'a name that it does not export': { main: "import { x, gone } from 'a'; x; gone;", isKept: true },
    'a name of another build': { main: "import { x, ext } from 'a'; x; ext;", isKept: true },
    'a re-export': { main: "import { x } from 'a'; x; export { y } from 'a';", isKept: true },
    'an import that it exports': { main: "import { x } from 'a'; x; export { x };", isKept: true },
    'a star': { main: "import { x } from 'a'; x; export * from 'a';", isKept: true },
    'a namespace object that it exports': { main: "export * as ns from 'a';", isKept: true },
  };
  for (const [rule, { main, isKept }] of Object.entries(KEPT)) {
    it(`says whether a request is for more than what is read: ${rule}`, () => {
      const told = tell({ main, a: "export let x, y; export { ext } from 'ext';" });
      expect(kept(told, 'main')).to.deep.equal(isKept ? ['a'] : []);
    });
  }

  it('says where names are imported that nothing reads', () => {
    const a = 'export let x, y;';
    const isUnread = (main: string): boolean[] =>
      tell({ main, a, b: '' })
        .module('main')
        .requests.map((request) => request.isUnread === true);
    expect(isUnread("import { x } from 'a';")).to.deep.equal([true]);
    expect(isUnread("import * as ns from 'a'; import 'b';")).to.deep.equal([true, false]);
    expect(isUnread("import { x, y } from 'a'; x;")).to.deep.equal([false]);
    expect(isUnread("import { x } from 'a'; export { y } from 'a';")).to.deep.equal([false]);
    expect(isUnread("import { x } from 'a'; import { y } from 'also a'; y;")).to.deep.equal([false]);
  });

  it('has each requested module once, though two specifiers stand for it', () => {
    const modules = { main: "import { x } from 'a';\nimport 'also a'; x;", a: 'export let x;' };
    const { manifest } = tell(modules);
    expect(manifest.modules[1]?.requests).to.deep.equal([{ module: 0, line: 1, isKept: true }]);
  });

  it('says nothing of the imports of a module that is not included', () => {
    const told = tell({ main: "import 'x1';", x1: "import { a } from 'a'; a;", a: 'export let a;' });
    expect(told.module('x1')).to.include({ isExcluded: true }).and.not.to.have.property('imports');
    expect(kept(told, 'x1')).to.deep.equal(['a']);
  });

  it('knows the requests of a module without a record, and not their lines', () => {
    const told = tell({ main: "import 'x1';", x1: "import 'a';", a: '' }, ['x1']);
    expect(told.module('x1').requests).to.deep.equal([{ module: told.numbers('a')[0], isKept: true }]);
  });
});

describe("the build's table", () => {
  const CYCLE = {
    main: "import { a } from 'a'; a;",
    a: "import { b as c } from 'barrel';\nexport let a = c;\nimport 'x1';",
    barrel: "export * from 'b';",
    b: "import * as ns from 'a';\nexport let b; class B extends ns.a {}\n() => ns.a;",
    x1: "import 'a'; await 1;",
    x2: "import 'a';",
  };

  it('has the imports of modules on cycles alone', () => {
    const { rows, numbers } = tell(CYCLE);
    const [a = -1, b = -1, barrel = -1, x1 = -1] = numbers('a', 'b', 'barrel', 'x1');
    const told = rows.map(({ path, requests, imports }) => ({ path, requests, imports }));
    expect(told).to.have.deep.members([
      { path: 'main', requests: [[a, 1]], imports: undefined },
      {
        path: 'a',
        requests: [
          [barrel, 1],
          [x1, 3, 1],
        ],
        imports: [['c', b, 0, UNCONDITIONAL, barrel]],
      },
      { path: 'barrel', requests: [[b, 1, 1]], imports: [] },
      { path: 'b', requests: [[a, 1]], imports: [['ns.a', a, 0, UNCONDITIONAL | HERITAGE]] },
      { path: 'x1', requests: [[a, 1, 1]], imports: undefined },
      { path: 'x2', requests: [[a, 1]], imports: undefined },
    ]);
  });

  it('says of every module that it waits', () => {
    const { row } = tell({ ...CYCLE, main: `${CYCLE.main} await 1;` });
    expect(['main', 'x1', 'a'].map((path) => row(path).hasTLA)).to.deep.equal([true, true, undefined]);
  });

  it('tells the bundle under which other name each binding is exported', () => {
    const { manifest, table } = tell({
      main: "export { a as b, a } from 'a';",
      a: 'const a = 1, c = 2, e = 3;\nexport { a as first, a, c as d, e, c as later };\nexport default function f() {}',
    });
    const namesOf = ({ modules }: Manifest) =>
      modules.map(({ bindings }) => bindings.map(({ name, exportedAs }) => [name, exportedAs]));
    expect(namesOf(manifest)[0]).to.deep.equal([
      ['a', undefined],
      ['c', 'd'],
      ['e', undefined],
      ['f', 'default'],
    ]);
    expect(namesOf(manifestOf(table))).to.deep.equal(namesOf(manifest));
  });

  it('has line 0 for a request whose place is not known', () => {
    const { row, numbers } = tell(CYCLE, ['x1']);
    expect(row('x1').requests).to.deep.equal([[numbers('a')[0], 0, 1]]);
  });
});

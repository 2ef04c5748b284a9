import { expect } from 'chai';
import { runtimeFileName } from '../../src/runtime-file.ts';

describe("the name of the runtime's file", () => {
  const named = (fileName: string, name: string, ...others: string[]): string =>
    runtimeFileName([
      { fileName, name, imports: [], modules: [] },
      ...others.map((other) => ({ fileName: other, name: '', imports: [], modules: [] })),
    ]);

  const cases: [fileName: string, name: string, runtime: string][] = [
    ['main.js', 'main', 'module-phases.js'],
    ['main.mjs', 'main', 'module-phases.mjs'],
    ['main.es.js', 'main', 'module-phases.es.js'],
    ['main-cjs.js', 'main', 'module-phases-cjs.js'],
    ['assets/main-!~{001}~.js', 'main', 'assets/module-phases.js'],
    ['main.!~{00a}~.min.mjs', 'main', 'module-phases.min.mjs'],
    ['!~{001}~.js', 'main', 'module-phases.js'],
    ['!~{001}~/main.js', 'main', 'module-phases.js'],
    ['a/x-!~{001}~/b/main.js', 'main', 'a/b/module-phases.js'],
    ['app.main.js', 'main', 'module-phases.js'],
    ['src/deep/main.js', 'src/deep/main', 'src/deep/module-phases.js'],
    ['bundle.js', 'b', 'module-phases.js'],
    ['main', 'main', 'module-phases.js'],
    ['a.b.c.js', 'a.b', 'module-phases.c.js'],
  ];
  for (const [fileName, name, runtime] of cases) {
    it(`beside ${fileName} of ${name} is ${runtime}, but for a hash`, () =>
      expect(named(fileName, name).replace(/-[0-9a-f]{8}(?=\.)/, '')).to.equal(runtime));
  }

  it('has a hash of the modules where a chunk has one, so that two bundles can share a folder', () => {
    const of = (fileName: string, ...modules: string[]): string =>
      runtimeFileName([{ fileName, name: 'worker', imports: [], modules }]);
    const names = [['a.js'], ['b.js'], ['a.js', 'b.js']].map((modules) =>
      of('worker-!~{001}~.js', ...modules),
    );
    expect(new Set(names).size).to.equal(3);
    for (const name of names) expect(name).to.match(/^module-phases-[0-9a-f]{8}\.js$/);
    expect(of('worker-!~{001}~.js', 'a.js')).to.equal(names[0]);
    expect(of('worker.js', 'a.js')).to.equal('module-phases.js');
  });

  it('is none that a chunk has, on a disk that ignores case', () => {
    expect(named('main.js', 'main', 'module-phases.js')).to.equal('module-phases2.js');
    expect(named('main.js', 'main', 'Module-Phases.JS', 'module-phases2.js')).to.equal('module-phases3.js');
    expect(named('module-phases.js', 'module-phases')).to.equal('module-phases2.js');
    expect(named('a/main.js', 'main', 'module-phases.js')).to.equal('a/module-phases.js');
  });

  it('is none that an external beside the chunks has', () => {
    const imports = ['./module-phases.js', 'node:fs'];
    const chunk = { fileName: 'main.js', name: 'main', imports, modules: [] };
    expect(runtimeFileName([chunk])).to.equal('module-phases2.js');
  });

  it('ends, whatever the names are: a thousand are taken', () => {
    const taken = Array.from({ length: 1000 }, (_, i) => `module-phases${i > 0 ? i + 1 : ''}.js`);
    expect(named('main.js', 'main', ...taken)).to.equal('module-phases1001.js');
  });
});

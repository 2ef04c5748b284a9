import { expect } from 'chai';
import type { ModuleSlot } from '../../../src/runtime/modules.ts';
import { indexPaths, moduleNamed } from '../../../src/runtime/specifier.ts';

const PATHS = ['main.js', 'a.js', 'lib/a.cjs', 'lib/data.json', 'lib/index.js', '../out/b.js', '__proto__'];

describe('the module that a specifier names as the program runs', () => {
  const index = indexPaths(PATHS.map((path) => ({ row: { path } }) as ModuleSlot));
  const found = (specifier: string, importer: string): string | undefined =>
    PATHS[moduleNamed(specifier, importer, index) ?? -1];

  for (const [specifier, importer, path] of [
    ['./a.js', 'main.js', 'a.js'],
    ['./a', 'main.js', 'a.js'],
    ['../a', 'lib/a.cjs', 'a.js'],
    ['./lib/../a.js', 'main.js', 'a.js'],
    ['././/lib//a.cjs', 'main.js', 'lib/a.cjs'],
    ['./data', 'lib/a.cjs', 'lib/data.json'],
    ['./lib', 'main.js', 'lib/index.js'],
    ['.', 'lib/a.cjs', 'lib/index.js'],
    ['../../out/b', 'lib/a.cjs', '../out/b.js'],
    ['./b', '../out/c.js', '../out/b.js'],
    ['./__proto__', 'main.js', '__proto__'],
  ] as const) {
    it(`${specifier} in ${importer} is ${path}`, () => expect(found(specifier, importer)).to.equal(path));
  }

  for (const specifier of ['./missing', '../a.js', 'a.js', '', './constructor']) {
    it(`${specifier || 'an empty text'} in main.js is none`, () =>
      expect(found(specifier, 'main.js')).to.equal(undefined));
  }
});

import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { parseAst } from 'rollup/parseAst';
import { readEntries } from '../../../src/record/entries.ts';
import { PHASES_ALONE } from '../../../src/record/record.ts';
import { findSites } from '../../../src/record/sites.ts';

/** The sites, and the entries, whose kinds and places the walk completes. */
function found(code: string, withFunctions: boolean): unknown {
  const program = parseAst(code);
  const entries = readEntries(program);
  return { ...findSites({ program, code, entries, wanted: PHASES_ALONE, withFunctions }), entries };
}

describe('sites of the phases alone', () => {
  it('without functions are the same where only functions have such words', () => {
    const code = `import a, { b } from './a.js';
export { c, d, e as default, f };
const c = (await b)(async () => { await a; });
{ var d = function d() { var f; }; }
function f(c = async () => { for await (const g of c) await using(g); }) { let d; }
class e { static { d(); } async m() { await d; } }
for await (const { h } of a) if (h) await using(h);
export const { i = async () => await a, ...j } = {};`;
    const all = found(code, true);
    expect(all).to.deep.equal(found(code, false));
    expect(all).to.have.property('hasTLA', true);
    expect(all).to.have.property('sites').with.lengthOf(3);
  });

  it('without functions are the same in every module of lodash-es, and in three', () => {
    const lodash = new URL('../../../node_modules/lodash-es/', import.meta.url);
    const files = readdirSync(lodash)
      .filter((name) => name.endsWith('.js'))
      .map((name) => new URL(name, lodash));
    files.push(new URL('../../../node_modules/three/build/three.module.js', import.meta.url));
    expect(files).to.have.length.above(600);
    for (const file of files) {
      const code = readFileSync(file, 'utf8');
      expect(found(code, false), file.href).to.deep.equal(found(code, true));
    }
  });
});

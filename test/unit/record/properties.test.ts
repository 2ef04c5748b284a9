import { expect } from 'chai';
import type { Program } from 'estree';
import { parseAst } from 'rollup/parseAst';
import { recordModule } from '../../../src/record/record.ts';

/** As @rollup/plugin-commonjs prints it. */
const wrapped = (code: string, exported = 'a'): string => `
import { __exports as a } from 'a?commonjs-exports';
import { __module as aModule } from 'a?commonjs-module';
import { __require as require$$0 } from 'b';
var own;
var hasRequiredA;
function requireA () {
  if (hasRequiredA) return ${exported};
  hasRequiredA = 1;
${code}
  return ${exported};
}
export { requireA as __require };`;
const inFunction = (code: string): string =>
  wrapped(`(function (module, exports) {\n${code}\n} (aModule, aModule.exports));`, 'aModule.exports');

/** Each property by its name, with the text at its place. */
function propertiesOf(code: string): string[] {
  const program = parseAst(code) as Program;
  const wanted = { bindings: true, reads: true, writes: true };
  const { properties = [] } = recordModule({ code, program, wanted }).record;
  return properties.map(({ name, offset, site, replaces }) => {
    const [text = ''] = code.slice(offset).split(/[;\n]/);
    return `${site === undefined ? (replaces ?? 'own') : 'read'} ${name || '*'}: ${text}`;
  });
}

describe('properties of exports', () => {
  it('that a module assigns to its object', () => {
    expect(
      propertiesOf(
        wrapped(
          "a.x = 1;\na['y'] = a.x;\nif (z) a.z = 1;\nObject.defineProperty(a, 'w', { get });\na[k] = 1;",
        ),
      ),
    ).to.deep.equal([
      'own x: a.x = 1',
      "own y: a['y'] = a.x",
      'own z: a.z = 1',
      "own w: Object.defineProperty(a, 'w', { get })",
      'own *: a[k] = 1',
    ]);
  });

  it('in the function of their own into which the plugin may put the statements', () => {
    expect(
      propertiesOf(inFunction('exports.x = 1;\nmodule.exports.y = 2;\nhelp(exports);\nhelp(module);')),
    ).to.deep.equal([
      'own x: exports.x = 1',
      'own y: module.exports.y = 2',
      'own *: exports)',
      'own *: module)',
    ]);
  });

  it('that come with a new object, or with the only one', () => {
    expect(propertiesOf(wrapped('aModule.exports = { x, y() {} };', 'aModule.exports'))).to.deep.equal([
      'object x: aModule.exports = { x, y() {} }',
      'object y: aModule.exports = { x, y() {} }',
    ]);
    expect(propertiesOf(wrapped('own = class {};', 'own'))).to.deep.equal(['nothing *: own = class {}']);
    expect(propertiesOf(wrapped('own = { x, ...rest };', 'own'))).to.deep.equal([
      'nothing x: own = { x, ...rest }',
      'nothing *: own = { x, ...rest }',
    ]);
  });

  it('that a function assigns may be there at any time, and so what compilers announce is not there', () => {
    expect(propertiesOf(wrapped('a.x = 1;\nfunction f() { a.x = 2; }\na.y = a.z = void 0;'))).to.be.empty;
    expect(propertiesOf(wrapped('a.x = 1;\nfunction f() { help(a); }'))).to.be.empty;
  });

  const READS: readonly (readonly [code: string, ...names: string[]])[] = [
    ['const b = require$$0();\nb.x;\nb.y();\n(0, b.z)();\nb.x;', 'x', 'y', 'z'],
    ['let b;\nb = require$$0();\nclass C extends b.Base {}', 'Base'],
    ["require$$0().x;\nrequire$$0()['y'].z;", 'x', 'y'],
    ['const { x, y: z } = require$$0();', 'x', 'y'],
    ['const { x = 1, [y]: z, ...rest } = require$$0();'],
    ['const b = require$$0();\nif (q) b.x;\nfunction f() { b.y; }\nq && b.z;\nfor (;;) b.w;'],
    ['const b = require$$0();\nif (b.x) {}\ntypeof b.y;\nb?.z;\nb.w ?? 1;\ntry { b.v; } catch {}'],
    ['const b = require$$0();\nb.x = 1;\ndelete b.y;\nb[z];\nhelp(b);'],
    ['var b = require$$0();\nb = other;\nb.x;'],
    ['const b = require$$0();\nif (q) return;\nb.x;'],
    ['const b = wrap(require$$0());\nb.x;'],
  ];
  for (const [code, ...names] of READS) {
    it(`read for sure: ${names.join() || 'none'} of ${code.replaceAll('\n', ' ')}`, () => {
      for (const text of [wrapped(code), inFunction(code)]) {
        const reads = propertiesOf(text).flatMap((found) => /^read (\w+)/.exec(found)?.[1] ?? []);
        expect(reads).to.deep.equal(names);
      }
    });
  }

  it('of a module that is not wrapped are not looked for', () => {
    expect(propertiesOf("import { x } from 'b'; export const exports = {}; exports.x = 1;")).to.be.empty;
  });
});

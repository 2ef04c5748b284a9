import { expect } from 'chai';
import type { Program } from 'estree';
import { parseAst } from 'rollup/parseAst';
import { declares } from '../../src/ast/declares.ts';

describe('whether a chunk declares a name', () => {
  const yes = [
    'var globalThis;',
    'let a = 1, globalThis = 2;',
    "const q = ';', { globalThis = 5 } = {};",
    'const { a: [{ b: globalThis }] } = x;',
    'const [...globalThis] = x;',
    'for (const globalThis of x);',
    'function globalThis() {}',
    'function f(globalThis) {}',
    'function f({ a = 1, ...globalThis }) {}',
    '(globalThis) => 1;',
    '(async globalThis => 1)();',
    'x = function globalThis() {};',
    'class globalThis {}',
    'x = class globalThis {};',
    'try {} catch (globalThis) {}',
    'try {} catch ({ globalThis }) {}',
    "import globalThis from 'x';",
    "import { a as globalThis } from 'x';",
    "import * as globalThis from 'x';",
    'if (a) { var globalThis\n= 1; }',
    'var glob\\u0061lThis;',
    'let \\u{67}lobalThis = 1;',
    'var a=1,globalThis=globalThis||self;',
  ];
  for (const code of yes) {
    it(`${code} does`, () => expect(declares(parse(code), code, 'globalThis')).to.equal(true));
  }

  const no = [
    'globalThis.x = 1;',
    'globalThis = 1;',
    'const a = globalThis;',
    'const { globalThis: a } = x;',
    'x.globalThis = 1;',
    'const x = { globalThis() {}, a: globalThis };',
    'class A { globalThis = 1; }',
    "const a = 'var globalThis;';",
    'var globalThis2, $globalThis;',
    "export { globalThis } from 'x';",
    'globalThis: for (;;) break globalThis;',
    "x = typeof globalThis !== 'undefined' ? globalThis : self;",
    '',
  ];
  for (const code of no) {
    it(`${code || 'nothing'} does not`, () =>
      expect(declares(parse(code), code, 'globalThis')).to.equal(false));
  }
});

const parse = (code: string): Program => parseAst(code) as Program;

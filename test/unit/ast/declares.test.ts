import { expect } from 'chai';
import type { Program } from 'estree';
import { parseAst } from 'rollup/parseAst';
import { declares, mayDeclare } from '../../../src/ast/declares.ts';

/** Each is around or before the `HERE` where a runtime would stand. */
const YES = [
  'var globalThis; HERE;',
  'HERE; let a = 1, globalThis = 2;',
  "const q = ';', { globalThis = 5 } = {}; HERE;",
  'const { a: [{ b: globalThis }] } = x; HERE;',
  'const [...globalThis] = x; HERE;',
  'for (var globalThis of x); HERE;',
  'HERE; function globalThis() {}',
  '(function (globalThis) { HERE; })();',
  '(function (a, { b = 1, ...globalThis }) { HERE; })();',
  '(function (globalThis, factory) { factory(); })(this, function (globalThis) { HERE; });',
  '(globalThis) => { HERE; };',
  '(async globalThis => { HERE; })();',
  'x = function globalThis() { HERE; };',
  '(function () { HERE; { var globalThis; } })();',
  '(function () { var globalThis; return function () { HERE; }; })();',
  'class globalThis {} HERE;',
  'try {} catch (globalThis) { HERE; }',
  "import globalThis from 'x'; HERE;",
  "import { a as globalThis } from 'x'; HERE;",
  "import * as globalThis from 'x'; HERE;",
  'if (a) { var globalThis\n= 1; } HERE;',
  'var glob\\u0061lThis; HERE;',
  'let \\u{67}lobalThis = 1; HERE;',
  'var a=1,globalThis=globalThis||self;HERE;',
  'export const globalThis = 1; HERE;',
];

const NO = [
  'globalThis.x = 1; HERE;',
  'globalThis = 1; HERE;',
  'const a = globalThis; HERE;',
  'const { globalThis: a } = x; HERE;',
  'x.globalThis = 1; HERE;',
  'const x = { globalThis() {}, a: globalThis }; HERE;',
  'class A { globalThis = 1; static { var globalThis; } } HERE;',
  "const a = 'var globalThis;'; HERE;",
  'var globalThis2, $globalThis; HERE;',
  "export { globalThis } from 'x'; HERE;",
  'globalThis: for (;;) break globalThis; HERE;',
  "x = typeof globalThis !== 'undefined' ? globalThis : self; HERE;",
  // In scopes that are not around it.
  'function f(globalThis) { var globalThis; } HERE;',
  '(globalThis) => 1; HERE;',
  '{ let globalThis; class A {} } HERE;',
  '{ class globalThis {} } HERE;',
  'for (const globalThis of x); HERE;',
  'x = class globalThis {}; HERE;',
  'x = function globalThis() {}; HERE;',
  'try {} catch ({ globalThis }) {} HERE;',
  '(function (globalThis) {})(); (function () { HERE; })();',
  'HERE;',
];

describe('whether globalThis is declared where a runtime stands', () => {
  const isDeclared = (code: string): boolean =>
    mayDeclare(code, 'globalThis') && declares(parseAst(code) as Program, 'globalThis', code.indexOf('HERE'));
  for (const code of YES) it(`it is: ${code}`, () => expect(isDeclared(code)).to.equal(true));
  for (const code of NO) it(`it is not: ${code}`, () => expect(isDeclared(code)).to.equal(false));
});

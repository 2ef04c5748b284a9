import { expect } from 'chai';
import type { Program } from 'estree';
import { parseAst } from 'rollup/parseAst';
import type { Site } from '../../../src/model.ts';
import { type Recorded, recordModule } from '../../../src/record/record.ts';

function record(code: string): Recorded['record'] {
  const program = parseAst(code) as Program;
  return recordModule({ code, program, wanted: { bindings: true, reads: true, writes: true } }).record;
}

const readsOf = (code: string): (Site & { kind: 'read' })[] =>
  record(`import { x, default as X } from ''; import * as ns from ''; ${code}`).sites.filter(
    (site): site is Site & { kind: 'read' } => site.kind === 'read',
  );

/** Each reads once. */
const UNCONDITIONAL = [
  'x',
  'const y = x + 1',
  'export default x',
  'export const y = { x, f() {} }',
  'f(x)',
  'x()',
  'new x()',
  'ns.x.y',
  'ns?.x',
  'x`a`',
  '{ { let y = x; } }',
  'if (x) {}',
  'x ? 1 : 2',
  'x && y',
  'x.y ||= 1',
  'y = x',
  'y += x',
  'switch (x) {}',
  'for (const y of x) {}',
  'for (const y in x) {}',
  'for (let i = x; ; ) {}',
  'x?.a.b',
  'x?.[a](b)',
  '(a?.b)[x]',
  'f(a?.b, x)',
  'const { [x]: y } = {}',
  'const { y = 1 } = x',
  'class A extends x {}',
  'class A { [x] = 1 }',
  'class A { [x]() {} }',
  'class A { static y = x }',
  'class A { static { x } }',
  'const A = class { static { if (x) {} } }',
  'await x',
  'for await (const y of x) {}',
  'import(x)',
  'if (a) {} x',
  'function f() { throw 1 } x',
  '(() => { throw 1 }); x',
  'throw x',
  'x; throw 1',
];

const CONDITIONAL = [
  'if (a) x',
  'if (a) {} else x',
  'a ? x : 1',
  'a ? 1 : x',
  'a && x',
  'a || x',
  'a ?? x',
  'a &&= x',
  'a ||= x',
  'a ??= x',
  'a?.[x]',
  'a?.(x)',
  'a?.b(x)',
  'a?.b.c[x].d',
  'switch (a) { case x: }',
  'switch (a) { default: x }',
  'const { y = x } = {}',
  'for (;;) x',
  'for (; x; ) {}',
  'for (;; x) {}',
  'for (const { y = x } of a) {}',
  'for (const y of a) x',
  'for (const y in a) x',
  'while (a) x',
  'do x; while (a)',
  'try { x } catch {}',
  'try {} catch { x }',
  'try {} finally { x }',
  'a: { break a; x }',
  'function f() { x }',
  'function f(a = x) {}',
  '() => x',
  '(() => x)()',
  'class A { y = x }',
  'class A { [a] = x }',
  'class A { f() { x } }',
  'class A { static f() { x } }',
  'class A { static y = () => x }',
  'const A = { get y() { return x } }',
  'throw 1; x',
  'if (a) throw 1; x',
  'class A { static { throw 1 } } x',
];

/** Whether each throws at once where `x` is `undefined`. */
const FATAL_UNDEFINED: Record<string, boolean> = {
  'x()': true,
  'x(1).y': true,
  'new x': true,
  'x`a`': true,
  'x.y': true,
  'x[y] = 1': true,
  'ns.x()': true,
  'new ns.x': true,
  'f(ns.x)': false,
  'ns.x': false,
  'class A extends x {}': true,
  'f(x)': false,
  'x?.()': false,
  'x?.y': false,
  'y[x]': false,
  'new y(x)': false,
  'class A extends f(x) {}': false,
  'const y = x': false,
};

describe('a read', () => {
  for (const code of UNCONDITIONAL) {
    it(`is one that evaluating the module runs for sure: ${code}`, () => {
      expect(readsOf(code).map(({ isUnconditional }) => isUnconditional)).to.deep.equal([true]);
    });
  }

  for (const code of CONDITIONAL) {
    it(`is one that evaluating the module may not run: ${code}`, () => {
      expect(readsOf(code).map(({ isUnconditional }) => isUnconditional)).to.deep.equal([undefined]);
    });
  }

  const HERITAGE = {
    'class A extends x {}': true,
    'export default class extends x {}': true,
    'const A = class extends x {}': true,
    'class A extends ns.x {}': true,
    'class A extends mixin(a, x) {}': true,
    'class A extends (a ? x : b) {}': true,
    'function f() { class A extends x {} }': true,
    'class A extends f(() => x) {}': undefined,
    'class A extends f(class { y = x }) {}': undefined,
    'class A extends f(class { static y = x }) {}': true,
    'class A { [x] }': undefined,
    'class A { static y = x }': undefined,
    x: undefined,
  };
  for (const [code, expected] of Object.entries(HERITAGE)) {
    it(`is ${expected ? '' : 'not '}of what a class extends: ${code}`, () => {
      expect(readsOf(code).map(({ isHeritage }) => isHeritage)).to.deep.equal([expected]);
    });
  }
});

describe('[[HasTLA]]', () => {
  const WAITS = [
    'await 1',
    'export const x = await f()',
    'if (a) { await 1 }',
    'for await (const x of y) {}',
    'await using x = y',
    '{ await using x = y }',
    'for (await using x of y) {}',
    'f(class extends (await g()) {})',
    'class A { [await 1]() {} }',
  ];
  const WAITS_NOT = [
    '',
    'f()',
    'using x = y',
    'async () => { await 1 }',
    'async function f() { for await (const x of y) {} }',
    'async () => { await using x = y }',
    'class A { async f() { await 1 } }',
    'const await_ = 1; "await 1"',
  ];
  for (const code of WAITS) {
    it(`is true: ${code}`, () => {
      expect(record(code).hasTLA).to.equal(true);
    });
  }
  for (const code of WAITS_NOT) {
    it(`is false: ${code}`, () => {
      expect(record(code).hasTLA).to.equal(undefined);
    });
  }
});

describe('where a read gives undefined', () => {
  for (const [code, expected] of Object.entries(FATAL_UNDEFINED)) {
    it(`\`${code}\` ${expected ? 'throws' : 'does not throw'} at once`, () => {
      expect(readsOf(code).map(({ isFatalUndefined = false }) => isFatalUndefined)).to.deep.equal([expected]);
    });
  }
});

import { readdirSync, readFileSync } from 'node:fs';
import { Script } from 'node:vm';
import { expect } from 'chai';
import { analyze } from 'eslint-scope';
import type { Identifier, Program } from 'estree';
import { walk } from 'estree-walker';
import fc from 'fast-check';
import { parseAst } from 'rollup/parseAst';
import { endOf, startOf } from '../../../src/ast/node-path.ts';
import { createScopes } from '../../../src/record/scopes.ts';

/**
 * Rule and source. Every `x` and `X` of a source is the same identifier, spelt `X` where no inner scope hides the
 * module's binding (labels and property names included, which have no scope).
 */
const RULES: [rule: string, source: string][] = [
  ['imports', "import X, * as y from ''; X; x => x; X"],
  [
    "a `var` in a block, loop or catch clause of the module is the module's",
    'X; { var X; } for (var X of X) { var X; } try {} catch { var X; }',
  ],
  ['a `var` covers the whole function body', 'let X; function f() { x; if (x) { for (;;) { var x; } } x } X'],
  ['a `var` ends at the nearest function', 'let X; function f() { X; () => { var x; x }; X }'],
  ['a `var` ends at a static block', 'let X; class A { static { x; { var x; } x } static { X } } X'],
  [
    "a parameter's default value does not see the body",
    'let X; (a = X, b = () => X) => { x; var x; }; (a = X) => { let x; x }',
  ],
  ['parameters see each other', 'let X; function f(a = x, [x = x], b = () => x) { x } X'],
  ['a `var` may repeat a parameter', 'let X; (x, a = x) => { x; var x; }; X'],
  ['arrow functions with an expression as body', 'let X; x => x + (() => x); async x => x; X'],
  [
    'patterns declare their targets',
    'let X; ({ x }) => x; ({ a: [, x] }) => x; ({ a = x, ...x }) => x; ([...[x]]) => x; (...x) => x; ({ a: x = x }) => x; X',
  ],
  [
    'patterns declare neither keys nor default values',
    'let X; ({ X: a }) => X; ({ [X]: a }) => X; ({ a = X }) => X; ([a = X]) => X',
  ],
  [
    'patterns assigned to declare nothing',
    'let X; { [X, X.X] = [X]; ({ X, a: X } = X); for (X of X) X; for ({ X } of X) X }',
  ],
  ["a function expression's own name", 'let X; (function x(a = x) { x }); X; (function (a = X) { X })'],
  ['a function declaration does not bind its name once more', 'export default function X(a = X) { X } X'],
  ["a function declaration's name is outside of its parameters", 'export function X(x) { x }'],
  [
    'a function declaration covers the block around it',
    'let X; { x; function x(a = x) { x } x } X; { async function* x() {} x } X',
  ],
  ['a function declaration in a function body', 'let X; function f(a = X) { x; function x() {} } X'],
  [
    'methods and accessors',
    'let X; ({ X() { X }, get X() { var x; return x }, set X(x) { x }, async *a(b = x, x) { yield x } }).X',
  ],
  [
    'let, const and class cover their block from its beginning',
    'let X; { x; let x; } { x; const x = 1; } { x; class x {} } X',
  ],
  ['`using` is block scoped', 'let X; { x; using x = x; } async () => { x; await using x = x; }; X'],
  [
    'a class declaration binds its name once more inside',
    'class X extends x { [x] = x; [x](a = x) { x } static { x } } X',
  ],
  [
    'class decorators are outside of the class, those of members inside',
    '@X @(X.X(X)) class X extends x { @x y; @(x.y) z() {} } X',
  ],
  ['an exported class', 'export @X class X { a = x } X; export { X as y }'],
  ['a class in a block', 'let X; { @x class x extends x { a = x } x } X'],
  ["a class expression's name", 'let X; (class x extends x { [x] = x }); X; (class extends X { [X] = X })'],
  ['names of members are no names of scopes', 'let X; class A { X; static X = X; get [X]() { return X } }'],
  ["a field's function has its own scope", 'let X; class A { [X] = () => { let x; x }; a = X }'],
  ['functions in a static block', 'let X; class A { static { x; function x() {} } a = X }'],
  ['a catch parameter', 'let X; try { X } catch (x) { x; { x } } finally { X } X'],
  [
    "a catch parameter's pattern sees itself, not the block",
    'let X; try {} catch ({ a = x, x }) { x } try {} catch ({ a = X }) { x; let x; }',
  ],
  ['catch without a parameter', 'let X; try {} catch { X; { let x; } X }'],
  [
    "a `var` of the catch parameter's name initializes the parameter",
    'var X; try {} catch (x) { var x = x; } X',
  ],
  ['a `for` head covers its loop', 'let X; for (let x = x; x; x++) { x } X; for (let x = x; ;) x; X'],
  [
    'a `for` head does not see the body',
    'let X; for (let a = X; X; X) { x; let x; } for (const a of X) { x; let x; } X',
  ],
  [
    'the right side of for-of and for-in sees the head, uninitialized',
    'let X; for (let x of x) x; for (const [a = x, x] in x) x; for (using x of x) x; X',
  ],
  ['a head that awaits', 'let X; async () => { for await (const x of x) x; for (await using x of x) x; X }'],
  [
    'a `var` in a loop head is hoisted',
    'let X; () => { x; for (var x in x) x; for (var { a, x } = x; ;) x; }; X',
  ],
  [
    'the cases of a switch share a scope, without the discriminant',
    'let X; switch (X) { case x: x; default: let x; case 1: x } X',
  ],
  [
    'functions and classes of a case',
    'let X; switch (X) { default: x; case x: function x() {} } switch (X) { case x: class x {} } X',
  ],
  ['a block in a case', 'let X; switch (X) { case X: { let x; x } default: X }'],
  ['a switch without cases', 'let X; switch (X) {}'],
  ['labels are no names of scopes', 'let X; X: for (;;) { X; continue X }'],
  ["an object's shorthand and keys", 'let X; ({ X, X: X, [X]: X }); x => ({ x, y: x })'],
  ['tags of templates', 'let X; X``; x => x``; X.X``'],
  ['a direct eval adds no names', 'let X; () => { eval(X); X }'],
  ['a scope ends with its last character', 'let X; { let x }X; x=>x\nX'],
  ['scopes inside scopes', 'let X; x => { x; { let x; x } x; (x) => x; x }; X'],
  ['JSX', 'let X; <X.y a={X} {...X}>{X}</X.y>; x => <x a={x} {...x}>{x}<></></x>; X'],
];

/** Modules of the development dependencies, and how much is found in them at least. */
const CORPORA = [
  { name: 'lodash-es', folder: 'lodash-es', files: /\.js$/, atLeast: { references: 4_000, hidden: 5 } },
  { name: 'three', folder: 'three', files: /^src\/.*\.js$/, atLeast: { references: 12_000, hidden: 400 } },
  {
    name: 'three, bundled',
    folder: 'three',
    files: /^build\/.*\.js$/,
    atLeast: { references: 30_000, hidden: 5_000 },
  },
  {
    name: 'd3, bundled and minified',
    folder: '.',
    files: /^d3-\w+\/dist\/.*\.mjs$/,
    atLeast: { references: 30_000, hidden: 20_000 },
  },
];

describe('scopes', () => {
  describe('rules', () => {
    for (const [rule, source] of RULES) {
      it(rule, () => {
        const code = source.replaceAll(/\bX\b/g, 'x');
        const scopes = createScopes(parseAst(code, { jsx: true }), new Set(['x']));
        const found = code.replaceAll(/\bx\b/g, (_, at: number) =>
          scopes.isModuleScoped('x', at) ? 'X' : 'x',
        );
        expect(found).to.equal(source);
      });
    }

    it('nothing is hidden where no name is asked for', () => {
      const scopes = createScopes(parseAst('let x; { let x; x }'), new Set());
      expect(scopes.isModuleScoped('x', 16)).to.equal(true);
    });

    it('each name has scopes of its own, also `__proto__` and `constructor`', () => {
      const code = 'let __proto__, constructor; (__proto__) => { constructor; __proto__ }; __proto__';
      const scopes = createScopes(parseAst(code), new Set(['__proto__', 'constructor']));
      const verdicts = [...code.matchAll(/__proto__|constructor/g)].map((m) =>
        scopes.isModuleScoped(m[0], m.index),
      );
      expect(verdicts).to.deep.equal([true, true, false, true, false, true]);
    });
  });

  describe('agree with eslint-scope', () => {
    for (const { name, folder, files, atLeast } of CORPORA) {
      it(`in every module of ${name}`, () => {
        const root = new URL(`../../../node_modules/${folder}/`, import.meta.url);
        const total = { references: 0, hidden: 0 };
        for (const file of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
          if (!files.test(file)) continue;
          const compared = compare(readFileSync(new URL(file, root), 'utf8'));
          expect(compared.differences, file).to.deep.equal([]);
          total.references += compared.references;
          total.hidden += compared.hidden;
        }
        expect(total.references).to.be.above(atLeast.references);
        expect(total.hidden).to.be.above(atLeast.hidden);
      });
    }

    it('in generated programs', () => {
      const total = { references: 0, hidden: 0 };
      fc.assert(
        fc.property(programs(), (code) => {
          const compared = compare(code);
          expect(compared.differences).to.deep.equal([]);
          total.references += compared.references;
          total.hidden += compared.hidden;
        }),
        { numRuns: 300 },
      );
      expect(total.references).to.be.above(3_000);
      expect(total.hidden).to.be.above(2_000);
    });
  });
});

/** Compares the references to a module's own variables, and to inner variables of the same names. */
function compare(code: string): { references: number; hidden: number; differences: string[] } {
  const program = parseAst(code) as Program;
  walk(program, {
    enter(node) {
      node.range = [startOf(node), endOf(node)];
    },
  });
  // A direct eval makes eslint-scope give up, but in strict code it adds no names (ECMA-262, PerformEval).
  const manager = analyze(program, { ecmaVersion: 2022, sourceType: 'module', ignoreEval: true });
  const names = new Set(
    manager.scopes.find(({ type }) => type === 'module')?.variables.map(({ name }) => name),
  );
  const scopes = createScopes(program, names);
  const compared = { references: 0, hidden: 0, differences: [] as string[] };
  for (const { identifier, resolved } of manager.scopes.flatMap(({ references }) => references)) {
    if (!names.has(identifier.name)) continue;
    const expected = resolved?.scope.type === 'module';
    const at = startOf(identifier as Identifier);
    compared.references += 1;
    if (!expected) compared.hidden += 1;
    if (scopes.isModuleScoped(identifier.name, at) !== expected) {
      compared.differences.push(
        `${identifier.name} at ${at} is ${expected ? '' : 'not '}the module's: ${code.slice(at - 20, at + 20)}`,
      );
    }
  }
  return compared;
}

/** Source texts that nest whatever makes a scope; few names, so that they hide each other. */
function programs(): fc.Arbitrary<string> {
  const name = fc.constantFrom('a', 'b', 'c', 'd');
  const kind = fc.constantFrom('let', 'const');
  const optional = (arbitrary: fc.Arbitrary<string>) => fc.oneof(fc.constant(''), arbitrary);
  const { statements } = fc.letrec<
    Record<'expression' | 'pattern' | 'params' | 'classTail' | 'statement' | 'statements', string>
  >((tie) => {
    const expression = tie('expression');
    const pattern = tie('pattern');
    const params = tie('params');
    const statements = tie('statements');
    const block = text`{ ${statements} }`;
    const functionTail = text`(${params}) ${block}`;
    const classTail = tie('classTail');
    return {
      expression: fc.oneof(
        { maxDepth: 4, withCrossShrink: true },
        { arbitrary: name, weight: 4 },
        text`[${expression}, ${expression}]`,
        text`{ ${name}, [${expression}]: ${expression}, ${name}${functionTail} }`.map((code) => `(${code})`),
        text`((${params}) => ${expression})`,
        text`((${params}) => ${block})`,
        text`(function ${optional(name)}${functionTail})`,
        text`(class ${optional(name)} ${classTail})`,
        text`([${name}, ${name} = ${expression}] = ${expression})`,
      ),
      pattern: fc.oneof(
        { maxDepth: 2, withCrossShrink: true },
        { arbitrary: name, weight: 3 },
        text`{ ${name} = ${expression} }`,
        text`{ [${expression}]: ${pattern}, ...${name} }`,
        text`[${pattern} = ${expression}]`,
        text`[, ...${pattern}]`,
      ),
      params: fc.oneof(
        fc.constant(''),
        pattern,
        text`${pattern} = ${expression}`,
        text`${name} = ${expression}, ...${pattern}`,
      ),
      classTail: fc.oneof(
        text`extends (${expression}) { [${expression}] = ${expression}; static ${block} }`,
        text`{ ${name} = ${expression}; static [${expression}]${functionTail} static ${block} }`,
      ),
      statement: fc.oneof(
        { maxDepth: 5, withCrossShrink: true },
        { arbitrary: text`${expression};`, weight: 3 },
        { arbitrary: text`${kind} ${pattern} = ${expression};`, weight: 2 },
        { arbitrary: text`var ${pattern} = ${expression};`, weight: 2 },
        text`function ${name}${functionTail}`,
        text`class ${name} ${classTail}`,
        block,
        text`try ${block} catch ${block} finally ${block}`,
        text`try ${block} catch (${pattern}) ${block}`,
        text`switch (${expression}) { case ${expression}: ${statements} default: ${statements} }`,
        text`for (${kind} ${pattern} = ${expression}; ${expression}; ${expression}) ${block}`,
        text`for (var ${pattern} = ${expression}; ${expression}; ${expression}) ${block}`,
        text`for (${kind} ${pattern} of ${expression}) ${block}`,
        text`for (${kind} ${name} in ${expression}) ${expression};`,
        text`for (var ${pattern} of ${expression}) ${block}`,
        text`for ([${name}] of ${expression}) ${block}`,
      ),
      statements: fc
        .array(tie('statement'), { maxLength: 4, size: 'max' })
        .map((codes) => codes.reduce(extended, '')),
    };
  });
  return statements.map((code) => extended('let a, b;', code));
}

function text(strings: TemplateStringsArray, ...parts: fc.Arbitrary<string>[]): fc.Arbitrary<string> {
  return fc.tuple(...parts).map((values) => String.raw({ raw: strings }, ...values));
}

/** `code` with `more` after it, if that is a program. */
function extended(code: string, more: string): string {
  const whole = `${code} ${more}`;
  return isValid(whole) ? whole : code;
}

/** Without early errors, such as a name declared twice: Rollup's parser lets these pass, an engine does not. */
function isValid(code: string): boolean {
  try {
    new Script(`'use strict'; ${code}`);
    return true;
  } catch {
    return false;
  }
}

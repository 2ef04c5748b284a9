import type { ArrayExpression, FunctionExpression } from 'estree';
import { endOf, type NodePath, startOf } from '../../ast/node-path.ts';
import { skipTrivia } from '../../ast/trivia.ts';
import type { Format } from './format.ts';

/**
 * define(['exports', './a'], (function (exports, a) {…}))
 *   →  define(['exports', './a', './runtime'], (function (exports, a, runtime) {…}))
 *
 * Dependencies that are loaded only for their effects come last and have no parameter: the runtime goes before them.
 * Where the call has no array of dependencies, it gets one. The wrapper is unknown (null) where the modules don't stand
 * in a function expression that is the last argument of a call; the callee may have any name.
 */
export const amd: Format = {
  load(path, { code, body, names, edits }) {
    const defined = definition(code, body);
    if (!defined) return null;
    const { dependencies, factory, beforeFactory } = defined;
    const parameter = `${names.holder}_file`;
    const specifier = JSON.stringify(path);
    const { params } = factory;
    const next = dependencies?.elements[params.length];
    const last = dependencies?.elements.at(-1);
    if (!dependencies) edits.insert(beforeFactory, `[${specifier}], `);
    else if (next) edits.insert(startOf(next), `${specifier}, `);
    else if (last) edits.insert(endOf(last), `, ${specifier}`);
    else edits.insert(startOf(dependencies) + 1, specifier);

    const lastParameter = params.at(-1);
    if (lastParameter) edits.insert(endOf(lastParameter), `, ${parameter}`);
    else edits.insert(skipTrivia(code, startOf(factory) + 'function'.length) + 1, parameter);
    return `const { build: ${names.holder}, seen: ${names.seen} } = ${parameter};`;
  },
  file: (runtime, given) =>
    `define(['exports'], (function (exports) { 'use strict';\n${runtime}\nexports.build = createBuild(${given});\nexports.seen = exports.build.seen;\n}));\n`,
};

interface Definition {
  dependencies: ArrayExpression | undefined;
  factory: FunctionExpression;
  /** Offset after the parenthesis or comma before the factory, where the array of dependencies goes. */
  beforeFactory: number;
}

/** The call around the modules' statements: `define(id?, dependencies?, factory)`. */
function definition(code: string, { parent }: NodePath): Definition | undefined {
  const factory = parent?.node;
  const call = parent?.parent?.node;
  if (factory?.type !== 'FunctionExpression' || call?.type !== 'CallExpression') return undefined;
  const { arguments: args, callee } = call;
  if (args.at(-1) !== factory) return undefined;
  const dependencies = args.at(-2);
  return {
    dependencies: dependencies?.type === 'ArrayExpression' ? dependencies : undefined,
    factory,
    beforeFactory: skipTrivia(code, endOf(dependencies ?? callee)) + 1,
  };
}

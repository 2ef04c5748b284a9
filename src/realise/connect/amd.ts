import type { ArrayExpression, FunctionExpression, Program } from 'estree';
import { skipTrivia } from '../../ast/trivia.ts';
import { endOf, startOf } from '../../ast/walk.ts';
import type { FileConnection } from './file-connection.ts';

/**
 * define(['exports', './a'], (function (exports, a) {…}))
 *   →  define(['exports', './a', './runtime'], (function (exports, a, runtime) {…}))
 *
 * Dependencies that are loaded for their effects come last and have no parameter: the runtime goes before them.
 */
export const amd: FileConnection = {
  connect: (path) => ({
    prologue({ code, program, names, table, edits }) {
      const { dependencies, factory, beforeFactory } = definition(code, program);
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
      return `const { build: ${names.holder}, seen: ${names.seen} } = ${parameter};\n${names.build}.chunk(${table});`;
    },
  }),
  file: (runtime, table) =>
    `define(['exports'], (function (exports) { 'use strict';\n${runtime}\nexports.build = createBuild(${table});\nexports.seen = exports.build.seen;\n}));\n`,
};

/** The call of `define`, by whatever name: `define(id?, dependencies?, factory)`. */
function definition(
  code: string,
  { body }: Program,
): {
  dependencies: ArrayExpression | undefined;
  factory: FunctionExpression;
  /** After the parenthesis or comma before the factory, where dependencies would stand. */
  beforeFactory: number;
} {
  for (const statement of body) {
    if (statement.type !== 'ExpressionStatement' || statement.expression.type !== 'CallExpression') continue;
    const { arguments: args, callee } = statement.expression;
    const factory = args.at(-1);
    if (factory?.type !== 'FunctionExpression') continue;
    const dependencies = args.at(-2);
    return {
      dependencies: dependencies?.type === 'ArrayExpression' ? dependencies : undefined,
      factory,
      beforeFactory: skipTrivia(code, endOf(args.at(-2) ?? callee)) + 1,
    };
  }
  throw new Error('An AMD chunk has no call of define');
}

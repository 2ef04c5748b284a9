import type { ArrayExpression, FunctionExpression, Program } from 'estree';
import { endOf, startOf } from '../../ast/walk.ts';
import type { FileConnection } from './file-connection.ts';

/**
 * define(['exports', './a'], (function (exports, a) {…}))
 *   →  define(['exports', './a', './runtime'], (function (exports, a, runtime) {…}))
 *
 * Dependencies that are loaded for their effects come last and have no parameter: the runtime goes before them.
 */
export const amd: FileConnection = {
  connect:
    (path) =>
    ({ code, program, names, edits }) => {
      const { dependencies, factory, firstArgument } = definition(program);
      const parameter = `${names.build}_file`;
      const specifier = JSON.stringify(path);
      const { params } = factory;
      const next = dependencies?.elements[params.length];
      const last = dependencies?.elements.at(-1);
      if (!dependencies) edits.insert(firstArgument, `[${specifier}], `);
      else if (next) edits.insert(startOf(next), `${specifier}, `);
      else if (last) edits.insert(endOf(last), `, ${specifier}`);
      else edits.insert(startOf(dependencies) + 1, specifier);

      const lastParameter = params.at(-1);
      if (lastParameter) edits.insert(endOf(lastParameter), `, ${parameter}`);
      else edits.insert(code.indexOf('(', startOf(factory)) + 1, parameter);
      return `const { build: ${names.build}, seen: ${names.seen} } = ${parameter};\n`;
    },
  file: (runtime, table) =>
    `define(['exports'], (function (exports) { 'use strict';\n${runtime}\nexports.build = createBuild(${table});\nexports.seen = exports.build.seen;\n}));\n`,
};

/** The call of `define`, by whatever name: `define(id?, dependencies?, factory)`. */
function definition({ body }: Program): {
  dependencies: ArrayExpression | undefined;
  factory: FunctionExpression;
  /** Offset before the factory, where dependencies would stand. */
  firstArgument: number;
} {
  for (const statement of body) {
    if (statement.type !== 'ExpressionStatement' || statement.expression.type !== 'CallExpression') continue;
    const { arguments: args, callee } = statement.expression;
    const factory = args.at(-1);
    if (factory?.type !== 'FunctionExpression') continue;
    const dependencies = args.at(-2);
    const id = dependencies?.type === 'ArrayExpression' ? undefined : dependencies;
    return {
      dependencies: dependencies?.type === 'ArrayExpression' ? dependencies : undefined,
      factory,
      // After `define(` or `define('id', `.
      firstArgument: (id ? endOf(id) : endOf(callee)) + (id ? ', ' : '(').length,
    };
  }
  throw new Error('An AMD chunk has no call of define');
}

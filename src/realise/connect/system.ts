import type {
  ArrayExpression,
  BlockStatement,
  FunctionExpression,
  ObjectExpression,
  Program,
  Property,
} from 'estree';
import { endOf, startOf } from '../../ast/walk.ts';
import type { FileConnection } from './file-connection.ts';

/**
 * System.register(['./a.js'], (function (exports) { return { setters: [f], execute: g }; }))
 *   →  System.register(['./runtime.js', './a.js'], (function (exports) { let build, seen; return { setters: [h, f], execute: g }; }))
 */
export const system: FileConnection = {
  connect: (path) => ({
    prologue({ program, names, table, edits }) {
      const { dependencies, declare, module } = registration(program);
      const comma = dependencies.elements.length > 0 ? ', ' : '';
      edits.insert(startOf(dependencies) + 1, `${JSON.stringify(path)}${comma}`);
      edits.insert(afterDirectives(declare.body), `\nlet ${names.holder}, ${names.seen};`);
      const setter = `function (module) { ${names.holder} = module.build; ${names.seen} = module.seen; }`;
      const setters = module.properties.find(
        (property): property is Property =>
          property.type === 'Property' &&
          property.key.type === 'Identifier' &&
          property.key.name === 'setters',
      );
      if (setters?.value.type === 'ArrayExpression') {
        const separator = setters.value.elements.length > 0 ? ', ' : '';
        edits.insert(startOf(setters.value) + 1, `${setter}${separator}`);
      } else edits.insert(startOf(module) + 1, ` setters: [${setter}],`);
      return `${names.build}.chunk(${table});`;
    },
  }),
  file: (runtime, table) =>
    `System.register([], (function (exports) { 'use strict'; return { execute: (function () {\n${runtime}\nconst build = createBuild(${table});\nexports({ build, seen: build.seen });\n}) }; }));\n`,
};

function afterDirectives(block: BlockStatement): number {
  const directives = block.body.filter((node) => 'directive' in node);
  const last = directives.at(-1);
  return last ? endOf(last) : startOf(block) + 1;
}

/** The call of `System.register(name?, dependencies, declare)`, and the object that `declare` returns. */
function registration({ body }: Program): {
  dependencies: ArrayExpression;
  declare: FunctionExpression;
  module: ObjectExpression;
} {
  for (const statement of body) {
    if (statement.type !== 'ExpressionStatement' || statement.expression.type !== 'CallExpression') continue;
    const dependencies = statement.expression.arguments.at(-2);
    const declare = statement.expression.arguments.at(-1);
    if (dependencies?.type !== 'ArrayExpression' || declare?.type !== 'FunctionExpression') continue;
    const last = declare.body.body.at(-1);
    if (last?.type === 'ReturnStatement' && last.argument?.type === 'ObjectExpression') {
      return { dependencies, declare, module: last.argument };
    }
  }
  throw new Error('A System chunk has no call of System.register');
}

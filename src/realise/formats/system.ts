import type { ArrayExpression, BlockStatement, FunctionExpression, ObjectExpression, Property } from 'estree';
import { endOf, type NodePath, startOf } from '../../ast/node-path.ts';
import type { Format } from './format.ts';

/**
 * System.register(['./a.js'], (function (exports) { return { setters: [f], execute: g }; }))
 *   →  System.register(['./runtime.js', './a.js'], (function (exports) { let build, seen; return { setters: [h, f], execute: g }; }))
 *
 * An object without an array of `setters` gets one. The wrapper is unknown (null) where the modules don't stand in a
 * method of an object in a function expression that is the last argument of a call, after an array of dependencies.
 */
export const system: Format = {
  load(path, { body, names, edits }) {
    const registered = registration(body);
    if (!registered) return null;
    const { dependencies, declare, module } = registered;
    const comma = dependencies.elements.length > 0 ? ', ' : '';
    edits.insert(startOf(dependencies) + 1, `${JSON.stringify(path)}${comma}`);
    edits.insert(afterDirectives(declare.body), `\nlet ${names.holder}, ${names.seen};`);
    const setter = `function (module) { ${names.holder} = module.build; ${names.seen} = module.seen; }`;
    const setters = module.properties.find(
      (property): property is Property =>
        property.type === 'Property' && property.key.type === 'Identifier' && property.key.name === 'setters',
    );
    if (setters?.value.type === 'ArrayExpression') {
      const separator = setters.value.elements.length > 0 ? ', ' : '';
      edits.insert(startOf(setters.value) + 1, `${setter}${separator}`);
    } else edits.insert(startOf(module) + 1, ` setters: [${setter}],`);
    return '';
  },
  file: (runtime, given) =>
    `System.register([], (function (exports) { 'use strict'; return { execute: (function () {\n${runtime}\nconst build = createBuild(${given});\nexports({ build, seen: build.seen });\n}) }; }));\n`,
};

function afterDirectives(block: BlockStatement): number {
  const directives = block.body.filter((node) => 'directive' in node);
  const last = directives.at(-1);
  return last ? endOf(last) : startOf(block) + 1;
}

interface Registration {
  dependencies: ArrayExpression;
  declare: FunctionExpression;
  module: ObjectExpression;
}

/** The call around the modules' statements: `System.register(name?, dependencies, declare)`. */
function registration({ parent: execute }: NodePath): Registration | undefined {
  const property = execute?.parent;
  const object = property?.parent;
  const block = object?.parent?.parent;
  const declare = block?.parent;
  const call = declare?.parent?.node;
  if (call?.type !== 'CallExpression' || declare?.node.type !== 'FunctionExpression') return undefined;
  const dependencies = call.arguments.at(-2);
  const isRegistration = call.arguments.at(-1) === declare.node && property?.node.type === 'Property';
  if (!isRegistration || dependencies?.type !== 'ArrayExpression' || object?.node.type !== 'ObjectExpression')
    return undefined;
  return { dependencies, declare: declare.node, module: object.node };
}

/**
 * CommonJS modules as \@rollup/plugin-commonjs prints them: ES modules, of which some run in a function that is called
 * where they are required.
 */
import type { FunctionDeclaration, Node } from 'estree';
import type { NodePath } from '../ast/node-path.ts';
import type { ImportEntry, ModuleRecord } from '../model.ts';

/** The name under which a wrapped module exports the function that runs it. */
const REQUIRE = '__require';
/** The plugin's helper that returns a `require` function for specifiers known only at run time. */
const CREATE_REQUIRE = 'createCommonjsRequire';

/**
 * Whether a module holds no code of the user: helpers of the plugin, and the `exports` and `module` objects; Rolldown's
 * own helpers.
 */
export const isGenerated = (specifier: string): boolean =>
  /^\0rolldown\/|commonjsHelpers\.js$|commonjs-dynamic-modules$|\?commonjs-(?:exports|module)$/.test(
    specifier,
  );

/** Id of the user's module for which the plugin's proxy module stands; other ids are returned as they are. */
export const wrappedModule = (id: string): string => /^\0(.+)\?commonjs-[\w-]+$/.exec(id)?.[1] ?? id;

/** Whether the node is the callee of `require$$0()`, which the plugin prints for `require('./x')`. */
export const isRequire = ({ name }: ImportEntry, { key, parent }: NodePath): boolean =>
  name === REQUIRE &&
  parent?.node.type === 'CallExpression' &&
  key === 'callee' &&
  parent.node.arguments.length === 0;

/** Whether the node is the callee in `createCommonjsRequire("/dir")(x)`, which the plugin prints for `require(x)`. */
export function isVariableRequire({ name }: ImportEntry, { key, parent }: NodePath): boolean {
  if (name !== CREATE_REQUIRE || key !== 'callee' || parent?.key !== 'callee') return false;
  const call = parent.parent?.node;
  return call?.type === 'CallExpression' && (call.arguments[0]?.type ?? 'SpreadElement') !== 'SpreadElement';
}

/** Local name of the function that runs the module; undefined for a module that is not wrapped. */
export function requireFunctionOf({
  localExports,
  bindings,
}: Pick<ModuleRecord, 'localExports' | 'bindings'>): string | undefined {
  const exported = localExports.find(({ name }) => name === REQUIRE);
  return exported && bindings[exported.binding]?.name;
}

/**
 * The nodes right before and after the module's own code in its function: the assigned flag and the returned exports.
 *
 * ```js
 * function requireA () {
 *   if (hasRequiredA) return a;
 *   hasRequiredA = 1;
 *   …
 *   return a;
 * }
 * ```
 */
export function bodyOf({ body }: FunctionDeclaration): { first: Node; last: Node } | undefined {
  const set = body.body[1];
  const last = body.body.at(-1);
  if (set?.type !== 'ExpressionStatement' || set.expression.type !== 'AssignmentExpression') return undefined;
  const first: Node = set.expression.left;
  if (last?.type !== 'ReturnStatement' || !last.argument || first.type !== 'Identifier') return undefined;
  return isNamed(last.argument) ? { first, last: last.argument } : undefined;
}

/** Whether a mark after the node can be located again: `a`, `a.exports`. */
const isNamed = (node: Node): boolean =>
  node.type === 'Identifier' || (node.type === 'MemberExpression' && !node.computed);

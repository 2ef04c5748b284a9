/**
 * CommonJS modules as \@rollup/plugin-commonjs prints them: ES modules, of which some run in a function that is called
 * where they are required.
 */
import type { FunctionDeclaration, Node } from 'estree';
import type { NodePath } from '../ast/node-path.ts';
import type { ImportEntry, ModuleRecord } from '../model.ts';

/** Under this name a module exports the function that runs it. */
const REQUIRE = '__require';
/** The plugin's own function that makes a `require` which finds modules as the program runs. */
const CREATE_REQUIRE = 'createCommonjsRequire';

/** Whether what a specifier names holds nothing of the user's: helpers, and the objects that modules export by. */
export const isGenerated = (specifier: string): boolean =>
  /commonjsHelpers\.js$|commonjs-dynamic-modules$|\?commonjs-(?:exports|module)$/.test(specifier);

/** The module that a module of the plugin's own stands for. */
export const wrappedModule = (id: string): string => /^\0(.+)\?commonjs-[\w-]+$/.exec(id)?.[1] ?? id;

/** `require$$0()`, which stands for `require('./x')`. */
export const isRequire = ({ name }: ImportEntry, { key, parent }: NodePath): boolean =>
  name === REQUIRE &&
  parent?.node.type === 'CallExpression' &&
  key === 'callee' &&
  parent.node.arguments.length === 0;

/** `createCommonjsRequire("/dir")(x)`, which stands for `require(x)`. */
export function isVariableRequire({ name }: ImportEntry, { key, parent }: NodePath): boolean {
  if (name !== CREATE_REQUIRE || key !== 'callee' || parent?.key !== 'callee') return false;
  const call = parent.parent?.node;
  return call?.type === 'CallExpression' && (call.arguments[0]?.type ?? 'SpreadElement') !== 'SpreadElement';
}

/** The name, in the module, of the function that runs it; nothing where it runs like any other. */
export function requireFunctionOf({
  localExports,
  bindings,
}: Pick<ModuleRecord, 'localExports' | 'bindings'>): string | undefined {
  const exported = localExports.find(({ name }) => name === REQUIRE);
  return exported && bindings[exported.binding]?.name;
}

/**
 * What stands right before the module's own code in its function, and right after it: what is set, and what is returned.
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

/** What a mark can be found again at: `a`, `a.exports`. */
const isNamed = (node: Node): boolean =>
  node.type === 'Identifier' || (node.type === 'MemberExpression' && !node.computed);

/**
 * Recognizes syntax that Rollup prints instead of the module's own: names, members, declarations, namespace objects.
 */
import type { Node, ObjectExpression, Property } from 'estree';
import { endOf, type NodePath } from '../ast/node-path.ts';
import { memberName } from '../ast/role.ts';
import type { Layout } from '../located.ts';
import type { BindingState } from '../protocol/events.ts';

/** `require(…)`, as CommonJS loads other chunks. */
const isRequire = (node: Node | null | undefined): boolean =>
  node?.type === 'CallExpression' && node.callee.type === 'Identifier' && node.callee.name === 'require';

/** End of the last statement that loads another chunk: `var a = require('./a.js');`, `require('./a.js');`; else 0. */
export function endOfRequires(list: readonly Node[]): number {
  const last = list.findLast((node) =>
    node.type === 'VariableDeclaration'
      ? node.declarations.some(({ init }) => isRequire(init))
      : node.type === 'ExpressionStatement' && isRequire(node.expression),
  );
  return last ? endOf(last) : 0;
}

/** Names of objects that publish bindings: `exports`, parameters of the wrapper, and variables with a `require(…)`. */
export function publishersOf({ node, parent }: Layout['body']): Set<string> {
  const parameters = parent && 'params' in parent.node ? parent.node.params : [];
  const statements: readonly Node[] = node.body;
  const variables = statements.flatMap((child) =>
    child.type === 'VariableDeclaration' ? child.declarations : [],
  );
  const required = variables.filter(({ init }) => isRequire(init));
  const names = [...parameters, ...required.map(({ id }) => id)];
  return new Set(['exports', ...names.flatMap((other) => (other.type === 'Identifier' ? [other.name] : []))]);
}

/** `(0, a.b)` stands for `a.b`. */
export function unwrapSequence(nodePath: NodePath): NodePath {
  const { node } = nodePath;
  if (node.type !== 'SequenceExpression') return nodePath;
  const last = node.expressions.at(-1);
  return last ? { node: last, key: 'expressions', parent: nodePath } : nodePath;
}

/** Rollup renames `n` to `n$1` where the name is used already. */
export const isRenamed = (printed: string, name: string): boolean =>
  printed === name || (printed.startsWith(`${name}$`) && /^\w+$/.test(printed.slice(name.length + 1)));

/** Rollup may print `class A {}` as `let A$1 = class A {}` or `exports.A = class A {}`: then `A$1` or `exports.A`. */
export function declaredNode(nodePath: NodePath): NodePath {
  const { parent, key } = nodePath;
  const holder = parent?.parent;
  if (parent?.node.type !== 'ClassExpression' || key !== 'id' || !holder) return nodePath;
  switch (holder.node.type) {
    case 'VariableDeclarator':
      return { node: holder.node.id, key: 'id', parent: holder };
    case 'AssignmentExpression':
      return { node: holder.node.left, key: 'left', parent: holder };
    default:
      return nodePath;
  }
}

/** The name that Rollup printed for the binding: an identifier, or the member that it publishes (`exports.n`). */
export function declaredName(node: Node): string | undefined {
  switch (node.type) {
    case 'Identifier':
      return node.name;
    case 'MemberExpression': {
      const name = memberName(node);
      return node.object.type === 'Identifier' && name !== undefined
        ? `${node.object.name}.${name}`
        : undefined;
    }
    // The statement that Rollup prints for a default export.
    case 'VariableDeclaration':
      return node.declarations[0] && declaredName(node.declarations[0].id);
    case 'FunctionDeclaration':
    case 'ClassDeclaration':
      return node.id.name;
    default:
      return undefined;
  }
}

/** State of a binding before any module runs, by the declaration that Rollup printed. */
export function printedState(nodePath: NodePath): BindingState {
  for (let at: NodePath | null = nodePath; at; at = at.parent) {
    switch (at.node.type) {
      case 'FunctionDeclaration':
        return 'initialized';
      case 'ClassDeclaration':
        return 'uninitialized';
      case 'VariableDeclaration':
        return at.node.kind === 'var' ? 'undefined' : 'uninitialized';
    }
  }
  // Published as a property of an object.
  return 'undefined';
}

/** var ns = Object.freeze({ __proto__: null, … }); */
export function namespaceOf(statement: Node): ObjectExpression | undefined {
  if (statement.type !== 'VariableDeclaration' || statement.declarations.length !== 1) return undefined;
  let value: Node | null | undefined = statement.declarations[0]?.init;
  while (value?.type === 'CallExpression') value = value.arguments[0];
  if (value?.type !== 'ObjectExpression') return undefined;
  const [first] = value.properties;
  return first?.type === 'Property' && nameOf(first) === '__proto__' ? value : undefined;
}

/** get n () { return n; } */
export function returnedBy({ kind, value }: Property): Node | undefined {
  if (kind !== 'get' || value.type !== 'FunctionExpression') return undefined;
  const [statement] = value.body.body;
  return statement?.type === 'ReturnStatement' ? (statement.argument ?? undefined) : undefined;
}

export const nameOf = ({ key }: Property): string =>
  key.type === 'Identifier' ? key.name : key.type === 'Literal' ? String(key.value) : '';

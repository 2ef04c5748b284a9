/** What evaluating a module does with a node: whether it runs it for sure. */
import type { Node } from 'estree';
import { isFunction, type NodePath } from '../ast/node-path.ts';
import type { ReadGuard } from '../model.ts';

/** By type of a node: the properties whose code may not run when the node does, or not at once. */
const CONDITIONAL: { readonly [T in Node['type']]?: readonly string[] } = {
  IfStatement: ['consequent', 'alternate'],
  ConditionalExpression: ['consequent', 'alternate'],
  LogicalExpression: ['right'],
  AssignmentPattern: ['right'],
  SwitchStatement: ['cases'],
  // What a loop evaluates once, before its first step, is none of its own: `for (const x of a)`.
  ForStatement: ['test', 'update', 'body'],
  ForInStatement: ['left', 'body'],
  ForOfStatement: ['left', 'body'],
  WhileStatement: ['test', 'body'],
  DoWhileStatement: ['body', 'test'],
  TryStatement: ['block', 'handler', 'finalizer'],
  // A `break` may leave it.
  LabeledStatement: ['body'],
};

/**
 * Whether code around the node decides if it runs: a branch, a loop, a `try`, a function. What ends the module's body
 * before it, as a `throw`, is not looked at.
 */
export function isConditional(nodePath: NodePath): boolean {
  for (let { key, parent } = nodePath; parent; { key, parent } = parent) {
    if (isDeferred(key, parent.node) || mayBeSkipped(key, parent.node)) return true;
  }
  return false;
}

/** Whether a class extends the node, or what is made of it: its value is needed when the class is defined. */
export function isHeritage(nodePath: NodePath): boolean {
  for (let { key, parent } = nodePath; parent; { key, parent } = parent) {
    if (isDeferred(key, parent.node)) return false;
    if (key === 'superClass') return true;
  }
  return false;
}

/** Whether `undefined` in its place throws at once: `a()`, `new a()`, `` a`` ``, `a.b`, `extends a`. */
export function isFatalUndefined({ key, parent }: NodePath): boolean {
  const node = parent?.node;
  switch (node?.type) {
    case 'CallExpression':
      return key === 'callee' && !node.optional;
    case 'MemberExpression':
      return key === 'object' && !node.optional;
    case 'NewExpression':
      return key === 'callee';
    case 'TaggedTemplateExpression':
      return key === 'tag';
    default:
      return key === 'superClass';
  }
}

/** What the code around a read does if it fails: see {@link ReadGuard}. */
export function guardOf(nodePath: NodePath): ReadGuard | undefined {
  if (isCaught(nodePath)) return 'catch';
  return isTested(nodePath) ? 'test' : undefined;
}

function isCaught(nodePath: NodePath): boolean {
  for (let { key, parent } = nodePath; parent; { key, parent } = parent) {
    if (isDeferred(key, parent.node)) return false;
    if (parent.node.type === 'TryStatement' && key === 'block' && parent.node.handler) return true;
  }
  return false;
}

/** `typeof a`, `!a`, `a ? b : c`, `if (a)`, `a && b`, `a === b`, `a?.b` */
function isTested({ key, parent }: NodePath): boolean {
  const node = parent?.node;
  switch (node?.type) {
    case 'UnaryExpression':
      return node.operator === 'typeof' || node.operator === '!';
    case 'ConditionalExpression':
    case 'IfStatement':
      return key === 'test';
    case 'LogicalExpression':
      return key === 'left';
    case 'BinaryExpression':
      return ['==', '===', '!=', '!=='].includes(node.operator);
    case 'MemberExpression':
      return key === 'object' && node.optional;
    case 'CallExpression':
      return key === 'callee' && node.optional;
    default:
      return false;
  }
}

/** Whether `key` of the node runs when something is called: a function, or a class whose instances have the field. */
const isDeferred = (key: string, node: Node): boolean =>
  isFunction(node) || (node.type === 'PropertyDefinition' && key === 'value' && !node.static);

function mayBeSkipped(key: string, node: Node): boolean {
  switch (node.type) {
    case 'AssignmentExpression':
      return key === 'right' && ['&&=', '||=', '??='].includes(node.operator);
    // a?.[x], a?.b(x)
    case 'MemberExpression':
      return key === 'property' && isShortCircuited(node);
    case 'CallExpression':
      return key === 'arguments' && isShortCircuited(node);
    default:
      return CONDITIONAL[node.type]?.includes(key) ?? false;
  }
}

/** Whether a `?.` of the chain, at the node or before it, may end the chain. */
function isShortCircuited(node: Node): boolean {
  let at = node;
  while (at.type === 'MemberExpression' || at.type === 'CallExpression') {
    if (at.optional) return true;
    at = at.type === 'MemberExpression' ? at.object : at.callee;
  }
  return false;
}

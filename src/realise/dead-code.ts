/**
 * What `minify: 'dce-only'`, Rolldown's default, does to reads of the chunk's own variables. Rolldown itself must not do
 * it before the chunk is realised, and can't after.
 */
import type { Node } from 'estree';
import { endOf, type NodePath, startOf } from '../ast/node-path.ts';
import { skipTrivia } from '../ast/trivia.ts';
import type { Context } from './context.ts';

/** `a;`  →  `0;`: a read whose value nobody uses goes, though it would throw. Returns whether it is one. */
export function removeUnusedRead({ edits, isDeclared }: Context, nodePath: NodePath, name: string): boolean {
  if (!isDeclared(name) || !isUnused(nodePath, isDeclared)) return false;
  const { node, parent } = nodePath;
  const isShorthand = parent?.node.type === 'Property' && parent.node.shorthand;
  edits.replace(startOf(node), endOf(node), isShorthand ? `${name}: 0` : '0');
  return true;
}

/** `(0, a)()`  →  `a()`: error messages quote it. */
export function unwrapCallee({ code, edits }: Context, { node, key, parent: sequence }: NodePath): void {
  if (key !== 'expressions' || sequence?.node.type !== 'SequenceExpression') return;
  const call = sequence.parent;
  const isCall = call?.node.type === 'CallExpression' || call?.node.type === 'NewExpression';
  const [first, callee, ...others] = sequence.node.expressions;
  if (!isCall || sequence.key !== 'callee') return;
  if (first?.type !== 'Literal' || callee !== node || others.length > 0) return;
  const open = code.lastIndexOf('(', startOf(first));
  const close = skipTrivia(code, endOf(node));
  if (code.charAt(close) !== ')' || skipTrivia(code, open + 1) !== startOf(first)) return;
  edits.replace(open, startOf(node), '');
  edits.replace(close, close + 1, '');
}

/** Reading a global may throw, or run a getter. */
const isInert = (node: Node, isDeclared: Context['isDeclared']): boolean =>
  node.type === 'Literal' || (node.type === 'Identifier' && isDeclared(node.name));

function isUnused(nodePath: NodePath, isDeclared: Context['isDeclared']): boolean {
  for (let { node: child, key, parent } = nodePath; parent; { node: child, key, parent } = parent) {
    const { node } = parent;
    switch (node.type) {
      case 'ExpressionStatement':
        return true;
      case 'ForStatement':
        return key === 'init' || key === 'update';
      case 'SequenceExpression':
        if (node.expressions.at(-1) !== child) return true;
        continue;
      case 'UnaryExpression':
        if (node.operator === 'void') return true;
        if (node.operator === '!' || node.operator === 'typeof') continue;
        return false;
      case 'LogicalExpression':
        if (key === 'right' || isInert(node.right, isDeclared)) continue;
        return false;
      case 'ConditionalExpression':
        if (key !== 'test') continue;
        return false;
      case 'BinaryExpression':
        if (node.operator === '===' || node.operator === '!==') continue;
        return false;
      case 'ArrayExpression':
      case 'ObjectExpression':
        continue;
      case 'Property':
        if (key === 'value') continue;
        return false;
      default:
        return false;
    }
  }
  return false;
}

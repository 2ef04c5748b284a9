/** Statements and the lists they stand in. */
import type { Node } from 'estree';
import { type NodePath, startOf } from './node-path.ts';

/** The list of statements that contains the statement; undefined where the grammar has only one (`if (a) b`). */
export function listOf({ key, parent }: NodePath): readonly Node[] | undefined {
  switch (parent?.node.type) {
    case 'Program':
    case 'BlockStatement':
    case 'StaticBlock':
      return parent.node.body;
    case 'SwitchCase':
      return key === 'consequent' ? parent.node.consequent : undefined;
    default:
      return undefined;
  }
}

/** Binary search: the last node of the list that starts before `node`. */
export function previousIn(list: readonly Node[], node: Node): Node | undefined {
  let low = 0;
  let high = list.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (startOf(list[middle] as Node) < startOf(node)) low = middle + 1;
    else high = middle;
  }
  return list[low - 1];
}

/** The expression statement that begins with the node, if there is one. */
export function statementOpenedBy(nodePath: NodePath): NodePath | undefined {
  for (
    let at: NodePath | null = nodePath;
    at && startOf(at.node) === startOf(nodePath.node);
    at = at.parent
  ) {
    if (at.node.type === 'ExpressionStatement') return at;
  }
  return undefined;
}

/** Statements that never need a semicolon. */
const CLOSED = new Set([
  'FunctionDeclaration',
  'ClassDeclaration',
  'BlockStatement',
  'SwitchStatement',
  'TryStatement',
  'EmptyStatement',
]);

export const needsSemicolon = (code: string, statement: Node & { end?: number }): boolean =>
  !CLOSED.has(statement.type) && code.charAt((statement.end ?? 0) - 1) !== ';';

/**
 * Where the guard of a read may stand. An engine's messages quote the expression that failed (`a is not a
 * function`, `Cannot destructure … of 'a'`), so the guard goes before the whole of what is quoted: nothing of the
 * program runs between the two.
 */
import type { Expression, Node, SpreadElement, Super } from 'estree';
import { roleOf } from '../ast/role.ts';
import { listOf } from '../ast/statement.ts';
import type { Ancestor } from '../ast/walk.ts';

export type GuardPlace = { of: 'expression' | 'statement' | 'declarator'; place: Ancestor };

export function guardPlace(read: Ancestor): GuardPlace {
  const whole = wholeChain(read);
  const { key, parent } = whole;
  switch (parent?.node.type) {
    // yield* a
    case 'YieldExpression':
      if (parent.node.delegate) return { of: 'expression', place: parent };
      break;
    // ({ x } = a)
    case 'AssignmentExpression':
      if (key === 'right' && isPattern(parent.node.left)) return { of: 'expression', place: parent };
      break;
    // const { x } = a
    case 'VariableDeclarator':
      if (isPattern(parent.node.id)) return declaratorPlace(parent) ?? { of: 'expression', place: whole };
      break;
    // for (const x of a)
    case 'ForOfStatement':
      if (key === 'right') return { of: 'statement', place: withLabels(parent) };
      break;
    // f(...a), [...a]
    case 'SpreadElement': {
      const holder = parent.parent;
      if (holder && isSimpleUpTo(holder.node, parent.node))
        return { of: 'expression', place: wholeChain(holder) };
      break;
    }
  }
  return { of: 'expression', place: whole };
}

function declaratorPlace(declarator: Ancestor): GuardPlace | undefined {
  const statement = declarator.parent;
  if (statement?.node.type !== 'VariableDeclaration') return undefined;
  const isFirst = statement.node.declarations[0] === declarator.node;
  // for (const { x } = a;;)
  if (statement.parent?.node.type === 'ForStatement')
    return isFirst ? { of: 'statement', place: withLabels(statement.parent) } : undefined;
  if (!listOf(statement)) return undefined;
  return isFirst ? { of: 'statement', place: statement } : { of: 'declarator', place: declarator };
}

const isPattern = ({ type }: Node): boolean => type === 'ObjectPattern' || type === 'ArrayPattern';

/** A statement's labels stay on it. */
export function withLabels(statement: Ancestor): Ancestor {
  let place = statement;
  while (place.parent?.node.type === 'LabeledStatement') place = place.parent;
  return place;
}

/**
 * The largest expression that begins by evaluating this one and can stand in parentheses: `a.b(x).c` for its `a`.
 * A callee that takes its object as `this` can't, nor part of a chain with `?.`, nor a target or operand of `delete`.
 */
export function wholeChain(read: Ancestor): Ancestor {
  let whole = read;
  let isOptional = false;
  for (let at: Ancestor = read; at.parent && beginsWith(at.parent.node, at.key); ) {
    at = at.parent;
    if ('optional' in at.node && at.node.optional) isOptional = true;
    if (at.node.type === 'ChainExpression') isOptional = false;
    if (!isOptional && !isCalleeMember(at) && roleOf(at) === 'reference') whole = at;
  }
  return whole;
}

/** Evaluating the node begins with evaluating its child. */
function beginsWith(node: Node, key: string): boolean {
  switch (node.type) {
    // (0, a)(): the first part runs nothing
    case 'SequenceExpression':
      return key === 'expressions' && node.expressions[0]?.type === 'Literal';
    case 'MemberExpression':
      return key === 'object';
    case 'CallExpression':
    case 'NewExpression':
      return key === 'callee';
    case 'TaggedTemplateExpression':
      return key === 'tag';
    case 'ChainExpression':
      return key === 'expression';
    default:
      return false;
  }
}

export const isCalleeMember = ({ node, key, parent }: Ancestor): boolean =>
  (node.type === 'MemberExpression' || node.type === 'ChainExpression') &&
  ((parent?.node.type === 'CallExpression' && key === 'callee') ||
    (parent?.node.type === 'TaggedTemplateExpression' && key === 'tag'));

/** What is evaluated before the spread runs no code, but for getters. */
function isSimpleUpTo(holder: Node, spread: SpreadElement): boolean {
  const isCall = holder.type === 'CallExpression' || holder.type === 'NewExpression';
  if (!isCall && holder.type !== 'ArrayExpression') return false;
  const elements: readonly (Node | null)[] = isCall ? holder.arguments : holder.elements;
  const before = elements.slice(0, elements.indexOf(spread));
  return before.every((element) => !element || isSimple(element)) && (!isCall || isSimple(holder.callee));
}

function isSimple(node: Node | Expression | Super): boolean {
  switch (node.type) {
    case 'Identifier':
    case 'Literal':
    case 'ThisExpression':
    case 'Super':
      return true;
    case 'MemberExpression':
      return !node.computed && isSimple(node.object);
    default:
      return false;
  }
}

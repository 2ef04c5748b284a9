/** The syntactic role of an identifier or a member expression. */
import type { MemberExpression } from 'estree';
import type { NodePath } from './node-path.ts';

/**
 * `reference`: its value is read. `target`: it is assigned to. `declaration`: a variable declaration declares it.
 * `other`: it is a name (of a property, a label, a parameter …), or the operand of `delete`.
 */
export type Role = 'reference' | 'target' | 'declaration' | 'other';

export function roleOf(nodePath: NodePath): Role {
  for (let { key, parent } = nodePath; parent; { key, parent } = parent) {
    const { node } = parent;
    // `with { type: 'json' }`, which is not in estree's types.
    if ((node.type as string) === 'ImportAttribute') return 'other';
    switch (node.type) {
      // In a pattern the role is that of the whole pattern.
      case 'ArrayPattern':
      case 'ObjectPattern':
      case 'RestElement':
        continue;
      case 'AssignmentPattern':
        if (key === 'left') continue;
        return 'reference';
      case 'Property':
        if (key === 'key') return node.computed ? 'reference' : 'other';
        if (parent.parent?.node.type === 'ObjectPattern') continue;
        return 'reference';

      case 'VariableDeclarator':
        return key === 'id' ? 'declaration' : 'reference';
      case 'AssignmentExpression':
      case 'ForInStatement':
      case 'ForOfStatement':
        return key === 'left' ? 'target' : 'reference';
      case 'UpdateExpression':
        return 'target';
      case 'UnaryExpression':
        return node.operator === 'delete' ? 'other' : 'reference';

      case 'MemberExpression':
        return key === 'property' && !node.computed ? 'other' : 'reference';
      case 'MethodDefinition':
      case 'PropertyDefinition':
        return key === 'key' && !node.computed ? 'other' : 'reference';
      case 'FunctionDeclaration':
      case 'FunctionExpression':
        return 'other';
      case 'ArrowFunctionExpression':
        return key === 'params' ? 'other' : 'reference';
      case 'ClassDeclaration':
      case 'ClassExpression':
        return key === 'superClass' ? 'reference' : 'other';
      case 'CatchClause':
      case 'LabeledStatement':
      case 'BreakStatement':
      case 'ContinueStatement':
      case 'MetaProperty':
      case 'ImportSpecifier':
      case 'ImportDefaultSpecifier':
      case 'ImportNamespaceSpecifier':
      case 'ExportSpecifier':
      case 'ExportAllDeclaration':
        return 'other';
      default:
        return 'reference';
    }
  }
  return 'other';
}

/** Whether the node is in the head of a decorator, `@a.b.c()`, where the grammar allows no parentheses. */
export function isDecoratorHead(nodePath: NodePath): boolean {
  for (let { key, parent } = nodePath; parent; { key, parent } = parent) {
    if ((parent.node.type as string) === 'Decorator') return true;
    if (key !== 'object' && key !== 'callee') return false;
  }
  return false;
}

/** Name of the member if it is in the source: `a.b`, `a['b']`. */
export function memberName({ property, computed }: MemberExpression): string | undefined {
  if (!computed) return property.type === 'Identifier' ? property.name : undefined;
  return property.type === 'Literal' && typeof property.value === 'string' ? property.value : undefined;
}

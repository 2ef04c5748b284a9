/** What an identifier, or a member expression, does where it stands. */
import type { MemberExpression } from 'estree';
import type { NodePath } from './node-path.ts';

/**
 * `reference`: its value is taken. `target`: it is assigned to. `declaration`: it is declared by a variable
 * declaration. `other`: it is a name (a property, a label, a parameter …), or the operand of `delete`.
 */
export type Role = 'reference' | 'target' | 'declaration' | 'other';

export function roleOf(nodePath: NodePath): Role {
  for (let { key, parent } = nodePath; parent; { key, parent } = parent) {
    const { node } = parent;
    // `with { type: 'json' }`: the types of estree lag behind.
    if ((node.type as string) === 'ImportAttribute') return 'other';
    switch (node.type) {
      // Patterns: the role is that of the whole.
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

/** `@a.b.c()`: a decorator's own names and calls take no parentheses. */
export function isDecoratorHead(nodePath: NodePath): boolean {
  for (let { key, parent } = nodePath; parent; { key, parent } = parent) {
    if ((parent.node.type as string) === 'Decorator') return true;
    if (key !== 'object' && key !== 'callee') return false;
  }
  return false;
}

/** The name that a member expression takes, where the source has it: `a.b`, `a['b']`. */
export function memberName({ property, computed }: MemberExpression): string | undefined {
  if (!computed) return property.type === 'Identifier' ? property.name : undefined;
  return property.type === 'Literal' && typeof property.value === 'string' ? property.value : undefined;
}

/** Finds the reads of members of the namespace that a dynamic import gives. */
import type {
  AssignmentProperty,
  Identifier,
  Node,
  ObjectPattern,
  Pattern,
  VariableDeclaration,
} from 'estree';
import { walk } from 'estree-walker';
import { type NodePath, startOf, Trail } from '../ast/node-path.ts';
import { memberName, roleOf } from '../ast/role.ts';
import { findScopes } from './scopes.ts';

export interface NamespaceListener {
  /** Called with each reference to the namespace: a name, or the await that gives it; a member chain may follow. */
  reference(nodePath: NodePath): void;
  /** Called with each property that a pattern reads, and the variable that keeps its value. */
  snapshot(name: string, variable: Identifier): void;
}

/** A name of the namespace, and the node in which it is in scope. */
interface Name {
  name: string;
  scope: NodePath;
}

/**
 * Follows `(await import(…)).x`, `const m = await import(…)`, `const { x } = await import(…)`,
 * `import(…).then((m) => …)`, `import(…).then(({ x }) => …)`, and `const` aliases of those names.
 */
export function followNamespace(request: NodePath, listener: NamespaceListener): void {
  const names: Name[] = [];
  const { parent } = request;
  if (parent?.node.type === 'AwaitExpression') {
    bindTo(constantOf(parent));
    listener.reference(parent);
  } else if (parent?.node.type === 'MemberExpression' && request.key === 'object') {
    if (memberName(parent.node) === 'then') bindTo(parameterOf(parent));
  }
  for (let name = names.pop(); name; name = names.pop()) follow(name);

  function bindTo(target: { pattern: Pattern; scope: NodePath } | undefined): void {
    if (target?.pattern.type === 'Identifier') names.push({ name: target.pattern.name, scope: target.scope });
    else if (target?.pattern.type === 'ObjectPattern') takeOut(target.pattern);
  }

  function takeOut({ properties }: ObjectPattern): void {
    for (const property of properties) {
      if (property.type !== 'Property') continue;
      const name = keyOf(property);
      const variable = property.value.type === 'AssignmentPattern' ? property.value.left : property.value;
      if (name !== undefined && variable.type === 'Identifier') listener.snapshot(name, variable);
    }
  }

  function follow({ name, scope }: Name): void {
    const scopes = findScopes(new Set([name]));
    const candidates: NodePath[] = [];
    const trail = new Trail(scope.parent);
    walk(scope.node, {
      enter(node, _parent, key) {
        // The scope itself declares the name.
        if (node !== scope.node) scopes.enter(node);
        const at = node === scope.node ? scope.key : key;
        if (node.type === 'Identifier' && node.name === name) candidates.push(trail.pathTo(node, at));
        trail.enter(node, at);
      },
      leave(node) {
        trail.leave();
        if (node !== scope.node) scopes.leave(node);
      },
    });
    const { isModuleScoped } = scopes.scopes();
    for (const nodePath of candidates) {
      if (roleOf(nodePath) !== 'reference' || !isModuleScoped(name, startOf(nodePath.node))) continue;
      const alias = constantOf(nodePath);
      if (alias) bindTo(alias);
      else listener.reference(nodePath);
    }
  }
}

/**
 * The target of `const m = <value>` or `let { x } = <value>`. A pattern reads its properties at once, so its variables
 * need not be constants.
 */
function constantOf({ key, parent }: NodePath): { pattern: Pattern; scope: NodePath } | undefined {
  const declaration = parent?.parent;
  if (parent?.node.type !== 'VariableDeclarator' || key !== 'init' || !declaration?.parent) return undefined;
  const { kind } = declaration.node as VariableDeclaration;
  const { id: pattern } = parent.node;
  const isKept = kind === 'const' || pattern.type === 'ObjectPattern';
  return isKept ? { pattern, scope: declaration.parent } : undefined;
}

/** The parameter of the reaction in `<promise>.then((m) => …)`. */
function parameterOf(then: NodePath): { pattern: Pattern; scope: NodePath } | undefined {
  const call = then.parent;
  if (call?.node.type !== 'CallExpression' || then.key !== 'callee') return undefined;
  const [reaction] = call.node.arguments;
  const isFunction = reaction?.type === 'ArrowFunctionExpression' || reaction?.type === 'FunctionExpression';
  const pattern = isFunction ? reaction.params[0] : undefined;
  return pattern && { pattern, scope: { node: reaction as Node, key: 'arguments', parent: call } };
}

function keyOf({ key, computed }: AssignmentProperty): string | undefined {
  if (!computed && key.type === 'Identifier') return key.name;
  return key.type === 'Literal' && typeof key.value === 'string' ? key.value : undefined;
}

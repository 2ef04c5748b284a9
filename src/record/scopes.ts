/**
 * Scopes: whether an identifier refers to a binding of the module or to an inner declaration of the same name.
 *
 * Modules are strict code, where neither `with` nor `eval` adds names. So the scope of a declaration is one stretch of
 * text, and the merged and sorted stretches of a name are the positions at which the module's binding is shadowed.
 * Positions can be looked up in any order.
 */
import { extractAssignedNames } from '@rollup/pluginutils';
import type { Class, Function as FunctionNode, Node, Program, VariableDeclaration } from 'estree';
import { walk } from 'estree-walker';
import { endOf, startOf } from '../ast/node-path.ts';

export interface Scopes {
  /**
   * Whether the identifier `name`, one of the names that the scopes were made for, resolves to the module's own scope
   * where it starts at `position`. A binding identifier resolves to what it initializes.
   */
  isModuleScoped(name: string, position: number): boolean;
}

/** Names of inner declarations; their scope extends from the start of `from` to the end of `to`. */
interface Scope {
  names: string[];
  from: Node;
  to: Node;
}

interface Stretch {
  start: number;
  end: number;
}

/** Finds where inner declarations of `program` shadow `names`, which are bindings of the module. */
export function createScopes(program: Program, names: ReadonlySet<string>): Scopes {
  const finder = findScopes(names);
  if (names.size > 0) walk(program, finder);
  return finder.scopes();
}

/**
 * As {@link createScopes}, as part of another walk: it calls `enter` and `leave` with each node, and `scopes` at the
 * end.
 */
export interface ScopeFinder {
  enter(node: Node): void;
  leave(node: Node): void;
  scopes(): Scopes;
}

export function findScopes(names: ReadonlySet<string>): ScopeFinder {
  const hidden = new Map<string, Stretch[]>();
  const varScopes: Node[] = [];

  function hide(scope: Scope): void {
    for (const name of scope.names) {
      if (!names.has(name)) continue;
      const stretch = { start: startOf(scope.from), end: endOf(scope.to) };
      const stretches = hidden.get(name);
      if (stretches) stretches.push(stretch);
      else hidden.set(name, [stretch]);
    }
  }

  return {
    enter(node) {
      const opened = varScope(node);
      if (opened) varScopes.push(opened);
      const scope = node.type === 'VariableDeclaration' ? hoisted(node, varScopes.at(-1)) : scopeOf(node);
      if (scope) hide(scope);
    },
    leave(node) {
      if (varScope(node)) varScopes.pop();
    },
    scopes() {
      // By name: sorted, apart from each other.
      for (const [name, stretches] of hidden) hidden.set(name, merged(stretches));
      return {
        isModuleScoped(name, position) {
          const stretches = hidden.get(name);
          return !stretches || !covers(stretches, position);
        },
      };
    },
  };
}

/** The node to which a `var` inside `node` is hoisted, if `node` is a `var` scope: of a function, the body. */
function varScope(node: Node): Node | undefined {
  switch (node.type) {
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
      return node.body;
    case 'StaticBlock':
      return node;
    default:
      return undefined;
  }
}

/** A `var` outside of functions is the module's own binding, however deep its block is. */
function hoisted(node: VariableDeclaration, to: Node | undefined): Scope | undefined {
  return node.kind === 'var' && to ? { names: variableNames(node), from: to, to } : undefined;
}

/** The scope that `node` creates, without `var`s. */
function scopeOf(node: Node): Scope | undefined {
  switch (node.type) {
    case 'BlockStatement':
    case 'StaticBlock':
      return { names: node.body.flatMap(lexicalNames), from: node, to: node };
    case 'SwitchStatement': {
      // One scope for all cases; the discriminant is outside.
      const names = node.cases.flatMap(({ consequent }) => consequent.flatMap(lexicalNames));
      return { names, from: node.cases[0] ?? node, to: node };
    }
    case 'ForStatement':
      return { names: lexicalNames(node.init), from: node, to: node };
    case 'ForInStatement':
    case 'ForOfStatement':
      // The right side sees the names of the left too, uninitialized.
      return { names: lexicalNames(node.left), from: node, to: node };
    case 'CatchClause':
      return node.param ? { names: extractAssignedNames(node.param), from: node, to: node } : undefined;
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
      return functionScope(node);
    case 'ClassDeclaration':
    case 'ClassExpression':
      return classScope(node);
    default:
      return undefined;
  }
}

/** Parameters, and an expression's own name. A declaration's name belongs to the scope around it. */
function functionScope(node: FunctionNode): Scope {
  const names = node.params.flatMap(extractAssignedNames);
  const id = node.type === 'FunctionExpression' ? node.id : undefined;
  if (id) names.push(id.name);
  return { names, from: id ?? node.params[0] ?? node.body, to: node.body };
}

/** A class's name is bound once more inside of it: heritage, computed keys, members, but not its decorators. */
function classScope(node: Class): Scope | undefined {
  if (!node.id) return undefined;
  const id = node.type === 'ClassExpression' ? node.id : undefined;
  return { names: [node.id.name], from: id ?? node.superClass ?? node.body, to: node.body };
}

/** Names that `node`, one of a block's statements or the head of a loop, binds in just that block or loop. */
function lexicalNames(node: Node | null | undefined): string[] {
  switch (node?.type) {
    case 'VariableDeclaration':
      return node.kind === 'var' ? [] : variableNames(node);
    case 'FunctionDeclaration':
    case 'ClassDeclaration':
      return [node.id.name];
    default:
      return [];
  }
}

function variableNames(node: VariableDeclaration): string[] {
  return node.declarations.flatMap(({ id }) => extractAssignedNames(id));
}

function merged(stretches: Stretch[]): Stretch[] {
  const apart: Stretch[] = [];
  for (const { start, end } of stretches.sort((a, b) => a.start - b.start)) {
    const last = apart.at(-1);
    if (last && start < last.end) last.end = Math.max(last.end, end);
    else apart.push({ start, end });
  }
  return apart;
}

/** Binary search: the last stretch that starts at or before `position` is the only one that can cover it. */
function covers(stretches: Stretch[], position: number): boolean {
  let low = 0;
  let high = stretches.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((stretches[middle]?.start ?? Infinity) <= position) low = middle + 1;
    else high = middle;
  }
  return position < (stretches[low - 1]?.end ?? 0);
}

/** Declarations of exported bindings: a traced getter each, and a note when the binding is initialized. */
import type { Node } from 'estree';
import type { NodePath } from '../ast/node-path.ts';
import { listOf } from '../ast/statement.ts';
import type { LocatedSite } from '../located.ts';
import { STATES } from '../protocol/tables.ts';
import { addSite, type ChunkContext, type Context, declarationKey } from './context.ts';
import { declaredName, declaredNode, printedState } from './printed-by-rollup.ts';
import { realiseAssignment, writerOf } from './writes.ts';

/** Which bindings the chunk declares, and what they are called now. */
export function collectDeclarations(
  declared: ChunkContext['declared'],
  located: readonly LocatedSite[],
): void {
  for (const { site, nodePath, module, number } of located) {
    if (site.kind !== 'declaration' && site.kind !== 'default') continue;
    const target = declaredNode(nodePath);
    const name = declaredName(target.node);
    const key = declarationKey({ module: module.index, binding: site.binding });
    if (!name || declared.has(key)) continue;
    declared.set(key, {
      module: module.index,
      binding: site.binding,
      expression: name.includes('.') ? 0 : name,
      state: STATES.indexOf(printedState(target)),
      site: number,
    });
  }
}

/** Notes when the bindings get their first values. */
export function realiseInitializations(context: Context, located: readonly LocatedSite[]): void {
  /** Declarators and the bindings they initialize: a pattern has several. */
  const initialized = new Map<Node, { nodePath: NodePath; bindings: Initialized[] }>();

  for (const declaration of located) {
    const { site, nodePath, module } = declaration;
    if (site.kind !== 'declaration' && site.kind !== 'default') continue;
    const target = declaredNode(nodePath);
    const name = declaredName(target.node);
    const initializer = initializerOf(target, module.record.bindings[site.binding]?.kind === 'var');
    if (!name || !initializer) continue;
    const number = addSite(context, declaration, { kind: 'i', binding: site.binding });
    const { node } = initializer;
    if (node.type === 'VariableDeclarator') {
      const same = initialized.get(node);
      if (same) same.bindings.push({ number, name });
      else initialized.set(node, { nodePath: initializer, bindings: [{ number, name }] });
    } else if (node.type === 'ClassDeclaration') {
      context.edits.afterStatement(initializer, `${note(context, { number, name })};`);
    } else realiseAssignment(context, number, target.node, initializer);
  }

  for (const { nodePath, bindings } of initialized.values()) afterDeclarator(context, nodePath, bindings);
}

/** A site, and the name that the binding has now. */
interface Initialized {
  number: number;
  name: string;
}

const note = ({ names }: Context, { number, name }: Initialized): string =>
  `${names.build}.init(${number},${name})`;

/**
 * What gives the binding its first value: a declarator, a class declaration, or the assignment that Rollup put in
 * their stead. Nothing for a function, which has its value before any module runs, and a `var` without one.
 */
function initializerOf(nodePath: NodePath, isVar: boolean): NodePath | undefined {
  if (nodePath.node.type === 'VariableDeclaration') {
    const [node] = nodePath.node.declarations;
    return node && { node, key: 'declarations', parent: nodePath };
  }
  for (let at: NodePath | null = nodePath; at; at = at.parent) {
    const { node, parent } = at;
    switch (node.type) {
      case 'ClassDeclaration':
        return at;
      case 'VariableDeclarator': {
        const isBare = !node.init && !loopOf(parent);
        return isBare && isVarDeclaration(parent?.node) ? undefined : at;
      }
      case 'FunctionDeclaration':
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
        return undefined;
      // for (exports.n of …), in the stead of `for (var n of …)`
      case 'ForInStatement':
      case 'ForOfStatement':
        return writerOf(nodePath);
      case 'AssignmentExpression':
        // exports.n = void 0, in the stead of `var n;`
        return isVar && node.right.type === 'UnaryExpression' ? undefined : writerOf(nodePath);
    }
  }
  return undefined;
}

const isVarDeclaration = (node: Node | undefined): boolean =>
  node?.type === 'VariableDeclaration' && node.kind === 'var';

/** `for (var x of …)`: the loop whose head the declaration is. */
function loopOf(declaration: NodePath | null): NodePath | undefined {
  const parent = declaration?.parent;
  const isLoop = parent?.node.type === 'ForInStatement' || parent?.node.type === 'ForOfStatement';
  return isLoop && declaration?.key === 'left' ? parent : undefined;
}

/**
 * const a = 1, b = f()  →  const a = 1; note(a); const b = f(); note(b): a note stands right after its
 * declarator, and changes neither the names of anonymous functions nor the order of evaluation.
 */
function afterDeclarator(context: Context, nodePath: NodePath, bindings: readonly Initialized[]): void {
  const { edits } = context;
  const statement = nodePath.parent;
  if (statement?.node.type !== 'VariableDeclaration') return;
  const text = bindings.map((binding) => `${note(context, binding)};`).join('');
  const loop = loopOf(statement);

  if (loop && 'body' in loop.node) {
    // for (var x of v) …  →  for (var x of v) { note; … }
    edits.beforeStatement({ node: loop.node.body as Node, key: 'body', parent: loop }, text);
  } else if (statement.parent?.node.type === 'ForStatement') {
    // for (var a = 1;;)  →  for (var a = 1, {} = (note(a),0);;)
    edits.declareAfter(nodePath, bindings.map((binding) => note(context, binding)).join());
  } else if (listOf(statement)) {
    edits.afterDeclarator(nodePath, text);
  } else edits.afterStatement(statement, text);
}

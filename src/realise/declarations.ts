/**
 * Declarations of exported bindings: each gets a getter in the chunk's table, and a `note` (`build.init(0,a);`) right
 * after its first value:
 *
 * 1. `const a = 1, b = f();`  →  `const a = 1;note(a) const b = f();note(b)`; `let n;`  →  `let n;note`
 * 2. `for (var x of v) …`  →  `for (var x of v) { note … }`
 * 3. `for (var a = 1;;)`  →  `for (var a = 1, {} = (build.init(0,a),0);;)`
 * 4. `if (x) var a = 1;`  →  `if (x) { var a = 1;note }`
 * 5. `class A {}`  →  `class A {}note`
 * 6. an assignment that Rollup prints instead of a declaration: `exports.a = 1`  →  `build.value(0,exports.a = 1)`, and
 *    as in writes.ts
 *
 * A function, and a `var` without a value, gets no note: it has its value before any module runs, or none.
 */
import type { Node } from 'estree';
import type { NodePath } from '../ast/node-path.ts';
import { listOf } from '../ast/statement.ts';
import type { LocatedSite } from '../located.ts';
import { STATES } from '../protocol/tables.ts';
import { addSite, type ChunkContext, type Context, declarationKey } from './context.ts';
import { declaredName, declaredNode, printedState } from './printed-by-rollup.ts';
import { realiseAssignment, writerOf } from './writes.ts';

/** Adds the exported bindings that the pieces declare, with the names that Rollup printed. */
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

export function realiseInitializations(context: Context, located: readonly LocatedSite[]): void {
  /** By declarator: the bindings that it initializes. A pattern has several. */
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

/** Number of a site, and the name that Rollup printed for the binding. */
interface Initialized {
  number: number;
  name: string;
}

const note = ({ names }: Context, { number, name }: Initialized): string =>
  `${names.build}.init(${number},${name})`;

/**
 * The node that gives the binding its first value: a declarator, a class declaration, or the assignment that Rollup
 * printed instead. Undefined for a function and for a `var` without a value.
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
      // for (exports.n of …), which Rollup prints instead of `for (var n of …)`
      case 'ForInStatement':
      case 'ForOfStatement':
        return writerOf(nodePath);
      case 'AssignmentExpression':
        // exports.n = void 0, which Rollup prints instead of `var n;`
        return isVar && node.right.type === 'UnaryExpression' ? undefined : writerOf(nodePath);
    }
  }
  return undefined;
}

const isVarDeclaration = (node: Node | undefined): boolean =>
  node?.type === 'VariableDeclaration' && node.kind === 'var';

/** The loop whose head has the declaration: `for (var x of …)`. */
function loopOf(declaration: NodePath | null): NodePath | undefined {
  const parent = declaration?.parent;
  const isLoop = parent?.node.type === 'ForInStatement' || parent?.node.type === 'ForOfStatement';
  return isLoop && declaration?.key === 'left' ? parent : undefined;
}

/**
 * Right after the declarator, where a note changes neither names of anonymous functions nor the order of evaluation.
 */
function afterDeclarator(context: Context, nodePath: NodePath, bindings: readonly Initialized[]): void {
  const { edits } = context;
  const statement = nodePath.parent;
  if (statement?.node.type !== 'VariableDeclaration') return;
  const text = bindings.map((binding) => `${note(context, binding)};`).join('');
  const loop = loopOf(statement);

  if (loop && 'body' in loop.node) {
    edits.beforeStatement({ node: loop.node.body as Node, key: 'body', parent: loop }, text);
  } else if (statement.parent?.node.type === 'ForStatement') {
    edits.declareAfter(nodePath, bindings.map((binding) => note(context, binding)).join());
  } else if (listOf(statement)) {
    edits.afterDeclarator(nodePath, text);
  } else edits.afterStatement(statement, text);
}

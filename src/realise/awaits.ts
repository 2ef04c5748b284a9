/**
 * Where a module waits. `suspend`, `resume` and so on are calls of the build with the site's number:
 *
 * 1. `await v`  →  `resume?.(0,await suspend(0,v))`
 * 2. `for await (… of v) body`
 *    →  `suspend;try { for await (… of v) { resume;try { body } finally { suspend; } } } finally { resume; }`
 * 3. `for await (… of [v])`, `for await (… of await v)`  →  the same, but `of suspend(0,…)` instead of the statement
 * 4. `for (await using … of v) body`  →  as 2, without the first `suspend`: it does not wait before its first step
 * 5. `{ a(); await using x = f(); b(); }`
 *    →  `{ disposal;try { a(); await using x = f(); using u=disposing; b(); } finally { disposed; } }`
 * 6. `try { await v } catch (e) { … }`  →  `… catch (e) { caught(module); … }`, so also `finally`
 */
import type { BlockStatement, ForOfStatement, Node } from 'estree';
import { walk } from 'estree-walker';
import { endOf, isFunction, type NodePath, startOf } from '../ast/node-path.ts';
import { skipTrivia } from '../ast/trivia.ts';
import type { LocatedSite } from '../located.ts';
import { addSite, type Context } from './context.ts';
import { withLabels } from './guard.ts';

export function realiseAwaits(context: Context, located: readonly LocatedSite[]): void {
  const waiting = located.flatMap((locatedSite): LocatedSite[] => {
    const nodePath = waitingNode(locatedSite);
    return nodePath ? [{ ...locatedSite, nodePath }] : [];
  });
  const blocks = new Set<Node>();
  for (const waitingSite of waiting) {
    const { node } = waitingSite.nodePath;
    if (node.type === 'AwaitExpression')
      realiseAwait(context, addWait(context, waitingSite), waitingSite.nodePath);
    else if (node.type === 'BlockStatement' && !blocks.has(node)) {
      blocks.add(node);
      realiseBlock(context, addWait(context, waitingSite), node, waitingSite.nodePath);
    }
  }
  // After those, and from the inside out: an await may be the whole right side of a loop, and a block or loop the whole
  // body of another, so that their edits have the same range.
  for (const waitingSite of waiting.reverse()) {
    const { node } = waitingSite.nodePath;
    if (node.type === 'ForOfStatement')
      realiseLoop(context, addWait(context, waitingSite), node, waitingSite.nodePath);
  }
}

/** The node that waits: an `await`, a loop, or the block or loop that an `await using` is in. */
function waitingNode({ site, nodePath }: LocatedSite): NodePath | null | undefined {
  if (site.kind === 'await') return nodePath;
  const declaration = site.kind === 'disposal' ? nodePath.parent?.parent : undefined;
  return declaration && isAwaitUsing(declaration.node) ? declaration.parent : undefined;
}

const isAwaitUsing = (node: Node): boolean =>
  node.type === 'VariableDeclaration' && node.kind === 'await using';

function addWait(context: Context, waiting: LocatedSite): number {
  realiseHandler(context, waiting);
  return addSite(context, waiting, { kind: 'a' });
}

/**
 * `resume?.`: where V8's message quotes the expression, it says of an optional call what it says of an await,
 * `(intermediate value)`.
 */
function realiseAwait({ edits, names, code }: Context, site: number, nodePath: NodePath): void {
  edits.wrap(nodePath, `${names.build}.resume?.(${site},`, ')');
  const operand = skipTrivia(code, startOf(nodePath.node) + 'await'.length);
  // await(v)
  const space = /\s/.test(code.charAt(operand - 1)) ? '' : ' ';
  edits.wrapRange(operand, endOf(nodePath.node), `${space}${names.build}.suspend(${site},`, ')');
}

/**
 * The resource that is declared last is disposed of first, and synchronously: then the wait begins. Where the block is
 * left between two `await using`, the runtime finds out in its hook `idle`. No `using` goes between or before them,
 * because after a null resource the engine would wait for a synchronous disposal too.
 */
function realiseBlock(
  { edits, names }: Context,
  site: number,
  block: BlockStatement,
  nodePath: NodePath,
): void {
  const { build, using } = names;
  const last = block.body.findLast(isAwaitUsing);
  if (last) {
    const first = ` using ${using}${site}=${build}.disposing(${site});`;
    edits.afterStatement({ node: last, key: 'body', parent: nodePath }, first);
  }
  const after = ` finally { ${build}.disposed(${site}); } }`;
  edits.wrapRange(startOf(block), endOf(block), `{ ${build}.disposal(${site});try `, after);
}

/**
 * However the body is left, the loop then waits for the iterator to go on or to close. However the loop is left, even
 * by a jump to an outer label, the module goes on.
 */
function realiseLoop(
  { edits, names }: Context,
  site: number,
  { right, body, await: isAsync }: ForOfStatement,
  nodePath: NodePath,
): void {
  const loop = withLabels(nodePath);
  const suspend = `${names.build}.suspend(${site})`;
  const resume = `${names.build}.resume(${site});`;
  // V8's message quotes a right side that is not async iterable, so it must not change. An array literal is iterable;
  // an expression that awaits needs the call behind its own wait.
  if (isAsync && (right.type === 'ArrayExpression' || waits(right))) {
    edits.wrapRange(startOf(right), endOf(right), `${names.build}.suspend(${site},`, ')');
  } else if (isAsync) edits.beforeStatement(loop, `${suspend};`);
  edits.beforeStatement({ node: body, key: 'body', parent: nodePath }, resume, 'first');
  edits.wrapRange(startOf(body), endOf(body), 'try { ', ` } finally { ${suspend}; }`);
  edits.wrapRange(startOf(loop.node), endOf(loop.node), 'try { ', ` } finally { ${resume} }`);
}

/** Whether the expression has an await that is not in a function. */
function waits(expression: Node): boolean {
  let hasAwait = false;
  walk(expression, {
    enter(node) {
      if (hasAwait || isFunction(node)) this.skip();
      else hasAwait = node.type === 'AwaitExpression';
    },
  });
  return hasAwait;
}

/** Adds `build.caught(module);` to the block that runs first if the expression throws. */
export function realiseHandler({ edits, names, handlers }: Context, { nodePath, module }: LocatedSite): void {
  const handler = handlerOf(nodePath);
  if (!handler || handlers.has(handler)) return;
  handlers.add(handler);
  edits.insert(startOf(handler) + 1, ` ${names.build}.caught(${module.index});`);
}

/** The block of the nearest `catch` or `finally` around the expression. */
function handlerOf(nodePath: NodePath): Node | undefined {
  for (let { key, parent } = nodePath; parent; { key, parent } = parent) {
    const { node } = parent;
    if (isFunction(node)) return undefined;
    if (node.type !== 'TryStatement' || key === 'finalizer') continue;
    if (key === 'block' && node.handler) return node.handler.body;
    if (node.finalizer) return node.finalizer;
  }
  return undefined;
}

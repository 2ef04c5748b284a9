/** Where a module waits: awaits, loops that await each step, and blocks that dispose of what they declare. */
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
  // From the inside out: an await may be the whole of what a loop is over, a block or a loop the whole body of another.
  for (const waitingSite of waiting.reverse()) {
    const { node } = waitingSite.nodePath;
    if (node.type === 'ForOfStatement')
      realiseLoop(context, addWait(context, waitingSite), node, waitingSite.nodePath);
  }
}

/** What waits: an expression, a loop, or a block, which waits for what it declares. */
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
 * await v  →  build.resume?.(0,await build.suspend(0,v))
 *
 * Where V8's message quotes an optional call, it says what it says of an await: (intermediate value).
 */
function realiseAwait({ edits, names, code }: Context, site: number, nodePath: NodePath): void {
  edits.wrap(nodePath, `${names.build}.resume?.(${site},`, ')');
  const operand = skipTrivia(code, startOf(nodePath.node) + 'await'.length);
  // await(v)
  const space = /\s/.test(code.charAt(operand - 1)) ? '' : ' ';
  edits.wrapRange(operand, endOf(nodePath.node), `${space}${names.build}.suspend(${site},`, ')');
}

/**
 * { a(); await using x = f(); b(); }  →
 * { disposal; try { a(); await using x = f(); using first = disposing; b(); } finally { disposed; } }
 *
 * What is declared last is disposed of first, and without a tick: then the wait begins. Where the block is left before,
 * between two such declarations, the runtime finds that it waits. Nothing is put between them, or before: behind a
 * null, the engine would wait for what is disposed of at once.
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
 * for await (… of v) body  →
 * suspend; try { for await (… of v) { resume; try { body } finally { suspend } } } finally { resume; }
 *
 * for (await using … of v) body  →  the same, but that it does not wait before its first step
 *
 * However the body is left, the loop then waits for the iterator: to go on, or to be closed. However the loop is left,
 * be it for a label further out, the module goes on.
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
  // V8's message quotes what is not async iterable: that stays as it is, unless it waits itself, before the loop does.
  if (isAsync && (right.type === 'ArrayExpression' || waits(right))) {
    edits.wrapRange(startOf(right), endOf(right), `${names.build}.suspend(${site},`, ')');
  } else if (isAsync) edits.beforeStatement(loop, `${suspend};`);
  edits.beforeStatement({ node: body, key: 'body', parent: nodePath }, resume, 'first');
  edits.wrapRange(startOf(body), endOf(body), 'try { ', ` } finally { ${suspend}; }`);
  edits.wrapRange(startOf(loop.node), endOf(loop.node), 'try { ', ` } finally { ${resume} }`);
}

/** Whether the expression has an await of the module's own in it. */
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

/** catch (e) { build.caught(0); … } around what may fail in the middle of a module. */
export function realiseHandler({ edits, names, handlers }: Context, { nodePath, module }: LocatedSite): void {
  const handler = handlerOf(nodePath);
  if (!handler || handlers.has(handler)) return;
  handlers.add(handler);
  edits.insert(startOf(handler) + 1, ` ${names.build}.caught(${module.index});`);
}

/** The block that runs first if the expression throws: of the nearest `catch` or `finally`. */
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

/** When a module's statements begin and end, and where it waits. */
import type { ForOfStatement, Node } from 'estree';
import { skipTrivia } from '../ast/trivia.ts';
import { type Ancestor, endOf, isFunction, startOf } from '../ast/walk.ts';
import { addSite, type Context, fileOf } from './context.ts';
import { withLabels } from './guard.ts';
import type { ChunkModule, LocatedChunk, LocatedSite } from './locate.ts';

/** The first and last statement of a module: indices of the chunk's body. */
export interface Extent {
  module: ChunkModule;
  first: number;
  last: number;
}

/** In the order of the chunk. */
export function extentsOf({ owners }: LocatedChunk): Extent[] {
  const extents = new Map<ChunkModule, Extent>();
  owners.forEach((module, index) => {
    const extent = module && extents.get(module);
    if (extent) extent.last = index;
    else if (module) extents.set(module, { module, first: index, last: index });
  });
  return [...extents.values()];
}

/**
 * `end` after a module's last statement; `start` after the statement before its first one, so that what its own
 * leading comments say of it stays true. Where there is none before it, that is the prologue's place.
 */
export function realisePhases(
  { edits, names }: Context,
  { body, inBody }: LocatedChunk,
  extents: readonly Extent[],
): void {
  for (const { module, first, last } of extents) {
    const before = body[first - 1];
    const start = `\n${names.build}.start(${module.index});`;
    if (before) edits.afterStatement(inBody(before), start);
    else edits.prologue(start);
    const end = body[last];
    if (end) edits.afterStatement(inBody(end), `\n${names.build}.end(${module.index});`);
  }
}

export function realiseAwaits(context: Context, located: readonly LocatedSite[]): void {
  const { edits, names, code } = context;
  for (const waiting of located) {
    const { site, place, module } = waiting;
    const { node } = place;
    if (site.kind !== 'await') continue;
    const number = addSite(context, ['a', module.index, site.line, site.column, ...fileOf(context, waiting)]);
    realiseHandler(context, waiting);
    if (node.type === 'AwaitExpression') {
      // await v  →  build.resume?.(0,await build.suspend(0,v))
      // Where V8's message quotes an optional call, it says what it says of an await: (intermediate value).
      edits.wrap(place, `${names.build}.resume?.(${number},`, ')');
      const operand = skipTrivia(code, startOf(node) + 'await'.length);
      edits.wrapRange(operand, endOf(node), `${names.build}.suspend(${number},`, ')');
    } else {
      // for await (… of v) body  →  suspend; for await (… of v) { resume; try { body } finally { suspend; } } resume;
      const loop = withLabels(place);
      const suspend = `${names.build}.suspend(${number});`;
      const resume = `${names.build}.resume(${number});`;
      edits.beforeStatement(loop, suspend);
      edits.afterStatement(loop, resume);
      const { body } = node as ForOfStatement;
      edits.wrapRange(startOf(body), endOf(body), `{ ${resume} try { `, ` } finally { ${suspend} } }`);
    }
  }
}

/** catch (e) { build.caught(0); … } around what may fail in the middle of a module. */
export function realiseHandler({ edits, names, handlers }: Context, { place, module }: LocatedSite): void {
  const handler = handlerOf(place);
  if (!handler || handlers.has(handler)) return;
  handlers.add(handler);
  edits.insert(startOf(handler) + 1, ` ${names.build}.caught(${module.index});`);
}

/** The block that runs first if the expression throws: of the nearest `catch` or `finally`. */
function handlerOf(place: Ancestor): Node | undefined {
  for (let { key, parent } = place; parent; { key, parent } = parent) {
    const { node } = parent;
    if (isFunction(node)) return undefined;
    if (node.type !== 'TryStatement' || key === 'finalizer') continue;
    if (key === 'block' && node.handler) return node.handler.body;
    if (node.finalizer) return node.finalizer;
  }
  return undefined;
}

/** `start` and `end` calls around the statements of each module, and the `entry` call before them all. */
import type { Node } from 'estree';
import { endOf, startOf } from '../ast/node-path.ts';
import type { Extent, LocatedSite, ReturnOf } from '../located.ts';
import type { ChunkModule } from '../model.ts';
import type { Context, Names } from './context.ts';
import { endOfRequires } from './printed-by-rollup.ts';
import { literal } from './table-text.ts';

/** The static entry whose chunk it is. */
export interface Entry {
  /** Index of the module in the build. */
  module: number;
  /** File name of the chunk. */
  chunk: string;
}

/**
 * Puts `entry` where the chunk's own body begins: before its first module; in a chunk without one, behind all that loads
 * other chunks.
 *
 * @param startAt offset of the prologue
 */
export function realiseEntry(
  { code, names, insert }: BodiesContext,
  { module, chunk }: Entry,
  list: readonly Node[],
  [first]: readonly Extent[],
  startAt: number,
): void {
  const call = `\n${names.build}.entry(${module},${literal(chunk)});`;
  if (first) insert(beforeComments(code, first.start, startAt), call);
  else insert(Math.max(startAt, endOfRequires(list)), `${call}\n`);
}

/**
 * Puts `start` before a module's extent and the comments before it, so that annotations stay next to their statement,
 * and `end` after it. Each call is on a line of its own: neither a comment nor an unfinished expression can swallow it.
 *
 * @param startAt offset of the prologue, before which no `start` may be
 */
export function realiseBodies(
  { code, names, insert }: BodiesContext,
  extents: readonly Extent[],
  startAt: number,
): void {
  for (const { module, start, end, isInside } of extents) {
    if (module.phases === true || (module.phases && isInside)) {
      const before = beforeComments(code, start, startAt);
      const line = `\n${names.build}.start(${module.index});`;
      insert(before, before === start ? `${line}\n` : line);
      insert(end, `\n${names.build}.end(${module.index});`);
    }
    // The next module may begin with a guard's parenthesis, which would call an unfinished expression.
    else if (code.charAt(end - 1) !== ';') insert(end, '\n;');
  }
}

/** `return x;`  →  `build.end(0);return x;`: a CommonJS module ends there too. */
export function realiseReturns({ edits, names }: Context, returns: readonly ReturnOf[]): void {
  for (const { module, nodePath } of returns)
    if (module.phases) edits.beforeStatement(nodePath, `${names.build}.end(${module.index});`);
}

const beforeComments = (code: string, start: number, startAt: number): number =>
  Math.max(startAt, code.slice(0, start).trimEnd().length);

interface BodiesContext {
  code: string;
  names: Names;
  insert(offset: number, text: string): void;
}

/**
 * The extents in a chunk without slices: a module extends from its first to its last statement that has a located site
 * of it. Undefined where one statement has sites of several modules: then `list` is not the list of modules'
 * statements.
 */
export function extentsOf(list: readonly Node[], sites: readonly LocatedSite[]): Extent[] | undefined {
  const extents = new Map<ChunkModule, Extent>();
  const owners = new Map<Node, ChunkModule>();
  let index = 0;
  for (const { module, nodePath } of sites) {
    const at = startOf(nodePath.node);
    while (index < list.length && at >= endOf(list[index] as Node)) index++;
    const statement = list[index];
    if (!statement || at < startOf(statement)) continue;
    if ((owners.get(statement) ?? module) !== module) return undefined;
    owners.set(statement, module);
    const previous = list[index - 1];
    const end = endOf(statement);
    const extent = extents.get(module);
    if (extent) extent.end = end;
    else extents.set(module, { module, start: previous ? endOf(previous) : startOf(statement), end });
  }
  return [...extents.values()];
}

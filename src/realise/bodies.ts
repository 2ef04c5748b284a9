/** When a module's statements begin and end. */
import type { Node } from 'estree';
import { endOf, startOf } from '../ast/node-path.ts';
import type { ChunkModule, Extent, LocatedSite } from '../located.ts';
import type { Names } from './context.ts';

/**
 * `start` before the slice of a module, with the comments that it begins with, so that what these say of a statement
 * stays true; `end` after it. Each on a line of its own: no expression goes on with a name, no comment with another line.
 *
 * @param startAt where the first may stand
 */
export function realiseBodies(
  { code, names, insert }: BodiesContext,
  extents: readonly Extent[],
  startAt: number,
): void {
  for (const { module, start, end } of extents) {
    if (module.phases === true) {
      const before = Math.max(startAt, code.slice(0, start).trimEnd().length);
      const line = `\n${names.build}.start(${module.index});`;
      insert(before, before === start ? `${line}\n` : line);
      insert(end, `\n${names.build}.end(${module.index});`);
    }
    // A guard may begin what comes next.
    else if (code.charAt(end - 1) !== ';') insert(end, '\n;');
  }
}

interface BodiesContext {
  code: string;
  names: Names;
  insert(offset: number, text: string): void;
}

/**
 * In a chunk without slices a module's statements are those from the first to the last with a site of its own; nothing
 * where one has sites of several modules, so that the list is not that of the modules' statements.
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

import type { Edges } from './edges.ts';

/**
 * Nodes in ECMA-262's order of linking, a post-order from `root`. Skips nodes marked in `visited`, and marks the rest.
 */
export function linkOrder(edges: Edges, root: number, visited: boolean[]): number[] {
  const order: number[] = [];
  if (visited[root]) return order;
  // A stack up to index `depth`; it is never made shorter, because engines then copy the array.
  const path = [root];
  const next = [0];
  let depth = 0;
  visited[root] = true;
  while (depth >= 0) {
    const node = path[depth] as number;
    const target = edges[node]?.[next[depth] as number];
    if (target === undefined) {
      order[order.length] = node;
      depth--;
    } else {
      next[depth] = (next[depth] as number) + 1;
      if (!visited[target]) {
        visited[target] = true;
        depth++;
        path[depth] = target;
        next[depth] = 0;
      }
    }
  }
  return order;
}

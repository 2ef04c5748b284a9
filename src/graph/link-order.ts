import type { Edges } from './edges.ts';

/** ECMA-262's order of linking: post-order, without what is in `visited` already, where all that it finds is put. */
export function linkOrder(edges: Edges, root: number, visited: boolean[]): number[] {
  const order: number[] = [];
  if (visited[root]) return order;
  // Up to `depth`: an engine copies an array that is made shorter.
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

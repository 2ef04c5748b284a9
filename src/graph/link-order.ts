import type { Edges } from './edges.ts';

/** ECMA-262's order of linking: post-order, without what is in `visited` already, where all that it finds is put. */
export function linkOrder(edges: Edges, root: number, visited: boolean[]): number[] {
  const order: number[] = [];
  if (visited[root]) return order;
  const path = [root];
  const next = [0];
  visited[root] = true;
  while (path.length) {
    const depth = path.length - 1;
    const node = path[depth] as number;
    const target = edges[node]?.[next[depth] as number];
    if (target === undefined) {
      order[order.length] = node;
      path.length = depth;
    } else {
      next[depth] = (next[depth] as number) + 1;
      if (!visited[target]) {
        visited[target] = true;
        path[depth + 1] = target;
        next[depth + 1] = 0;
      }
    }
  }
  return order;
}

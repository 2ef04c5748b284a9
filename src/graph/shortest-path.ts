import type { Edges } from './edges.ts';

/** Shortest path of at least one edge from one node to another, both included; empty where there is none. */
export function shortestPath(edges: Edges, from: number, to: number): number[] {
  const cameFrom: (number | undefined)[] = [];
  const queue = [from];
  for (let head = 0; head < queue.length; head++) {
    const node = queue[head] as number;
    const targets = edges[node] ?? [];
    for (let i = 0; i < targets.length; i++) {
      const next = targets[i] as number;
      if (cameFrom[next] !== undefined) continue;
      cameFrom[next] = node;
      if (next === to) return pathBack(cameFrom, from, to);
      queue[queue.length] = next;
    }
  }
  return [];
}

function pathBack(cameFrom: readonly (number | undefined)[], from: number, to: number): number[] {
  const back = [to];
  for (let at = cameFrom[to]; at !== undefined && at !== from; at = cameFrom[at]) back[back.length] = at;
  const path = [from];
  for (let i = back.length; i--; ) path[path.length] = back[i] as number;
  return path;
}

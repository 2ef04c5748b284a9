import type { Edges } from './edges.ts';

/** By node: whether it is one of `from`, or reached from them. */
export function reachedFrom(edges: Edges, from: readonly number[]): boolean[] {
  const isReached: boolean[] = [];
  const queue: number[] = [];
  const add = (node: number): void => {
    if (isReached[node]) return;
    isReached[node] = true;
    queue[queue.length] = node;
  };
  for (let i = 0; i < from.length; i++) add(from[i] as number);
  for (let head = 0; head < queue.length; head++) {
    const targets = edges[queue[head] as number] ?? [];
    for (let i = 0; i < targets.length; i++) add(targets[i] as number);
  }
  return isReached;
}

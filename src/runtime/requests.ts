/** Paths along the requested modules. */
import type { ModuleRow, RequestRow } from '../protocol.ts';

/** ECMA-262's order of linking: post-order of the requests, without what is in `visited` already. */
export function linkOrder(rows: readonly ModuleRow[], entry: number, visited: boolean[]): number[] {
  const order: number[] = [];
  const path = [entry];
  const next = [0];
  visited[entry] = true;
  while (path.length) {
    const depth = path.length - 1;
    const module = path[depth] as number;
    const request = rows[module]?.requests[next[depth] as number];
    if (!request) {
      order[order.length] = module;
      path.length = depth;
    } else {
      next[depth] = (next[depth] as number) + 1;
      if (!visited[request[0]]) {
        visited[request[0]] = true;
        path[depth + 1] = request[0];
        next[depth + 1] = 0;
      }
    }
  }
  return order;
}

/** Whether the graph of a module holds another; each holds itself. */
export const reaches = (rows: readonly ModuleRow[], from: number, to: number): boolean =>
  from === to || requestPath(rows, from, to).length > 0;

/** By number: whether the graph of a module holds the one given. */
export function dependentsOf(rows: readonly ModuleRow[], module: number): boolean[] {
  const found: boolean[] = [];
  found[module] = true;
  // Modules are numbered in the order of linking, so that but for cycles one pass is enough.
  for (let isOver = false; !isOver; ) {
    isOver = true;
    for (let i = 0; i < rows.length; i++) {
      const requests = found[i] ? [] : (rows[i]?.requests ?? []);
      for (let j = 0; j < requests.length; j++) {
        if (!found[(requests[j] as RequestRow)[0]]) continue;
        found[i] = true;
        isOver = false;
        break;
      }
    }
  }
  return found;
}

/** Shortest path of at least one request from one module to another, both included; empty where there is none. */
export function requestPath(rows: readonly ModuleRow[], from: number, to: number): number[] {
  const requestedBy: (number | undefined)[] = [];
  const queue = [from];
  for (let head = 0; head < queue.length; head++) {
    const module = queue[head] as number;
    const requests = rows[module]?.requests ?? [];
    for (let i = 0; i < requests.length; i++) {
      const { 0: next } = requests[i] as RequestRow;
      if (requestedBy[next] !== undefined) continue;
      requestedBy[next] = module;
      if (next === to) return pathBack(requestedBy, from, to);
      queue[queue.length] = next;
    }
  }
  return [];
}

function pathBack(requestedBy: readonly (number | undefined)[], from: number, to: number): number[] {
  const back = [to];
  for (let at = requestedBy[to]; at !== undefined && at !== from; at = requestedBy[at])
    back[back.length] = at;
  const path = [from];
  for (let i = back.length; i--; ) path[path.length] = back[i] as number;
  return path;
}

import type { Edges } from './edges.ts';
import { linkOrder } from './link-order.ts';

/** A set of small numbers, one bit each. */
export type Bits = Uint32Array;

export const has = (bits: Bits, number: number): boolean =>
  (((bits[number >> 5] as number) >>> (number & 31)) & 1) === 1;

export function add(bits: Bits, number: number): void {
  const word = number >> 5;
  bits[word] = (bits[word] as number) | (1 << (number & 31));
}

/** Whether `others` is a subset of `bits`. */
export function includes(bits: Bits, others: Bits): boolean {
  for (let i = 0; i < others.length; i++) {
    const word = others[i] as number;
    if (((bits[i] as number) & word) >>> 0 !== word) return false;
  }
  return true;
}

export const bitsFor = (size: number): Bits => new Uint32Array((size + 31) >> 5);

/**
 * By node: the set of roots (indices of `roots`) that reach it. Sets are never changed, so nodes that are reached by
 * the same roots usually share one: with one root there is one set for all nodes.
 */
export function rootsOf(edges: Edges, roots: readonly number[]): Bits[] {
  const sets: Bits[] = [];
  const none = bitsFor(roots.length);
  for (let node = 0; node < edges.length; node++) sets[node] = none;
  const visited: boolean[] = [];
  const order: number[] = [];
  for (let root = 0; root < roots.length; root++) {
    const node = roots[root] as number;
    const own = bitsFor(roots.length);
    add(own, root);
    sets[node] = union(own, sets[node] as Bits);
    const reached = linkOrder(edges, node, visited);
    for (let i = 0; i < reached.length; i++) order[order.length] = reached[i] as number;
  }
  // In `order` a node comes before those that lead to it, except on cycles. So passes in both directions, until nothing
  // changes.
  let hasChanged = true;
  for (let round = 0; hasChanged; round++) {
    hasChanged = false;
    for (let i = 0; i < order.length; i++) {
      const node = order[round % 2 ? i : order.length - 1 - i] as number;
      const given = sets[node] as Bits;
      const targets = edges[node] as readonly number[];
      for (let j = 0; j < targets.length; j++) {
        const target = targets[j] as number;
        const known = sets[target] as Bits;
        if (includes(known, given)) continue;
        sets[target] = includes(given, known) ? given : union(given, known);
        hasChanged = true;
      }
    }
  }
  return sets;
}

function union(a: Bits, b: Bits): Bits {
  const both: Bits = new Uint32Array(a.length);
  for (let i = 0; i < a.length; i++) both[i] = (a[i] as number) | (b[i] as number);
  return both;
}

import { componentsOf } from './components.ts';
import type { Edges } from './edges.ts';

/** A set of small numbers, a bit each. */
export type Bits = Uint32Array;

export const has = (bits: Bits, number: number): boolean =>
  (((bits[number >> 5] as number) >>> (number & 31)) & 1) === 1;

export function add(bits: Bits, number: number): void {
  const word = number >> 5;
  bits[word] = (bits[word] as number) | (1 << (number & 31));
}

/** Whether a set has all that another has. */
export function includes(bits: Bits, others: Bits): boolean {
  for (let i = 0; i < others.length; i++) {
    const word = others[i] as number;
    if (((bits[i] as number) & word) >>> 0 !== word) return false;
  }
  return true;
}

export const bitsFor = (size: number): Bits => new Uint32Array((size + 31) >> 5);

/**
 * By node: the roots, by their index, that reach it. In one pass over the edges; nodes that the same roots reach share
 * a set as a rule, so that one root costs one set, however many nodes there are.
 */
export function rootsOf(edges: Edges, roots: readonly number[]): Bits[] {
  const { of, nodes } = componentsOf(edges);
  const none = bitsFor(roots.length);
  /** By component. */
  const sets: Bits[] = [];
  /** By component: nothing else has its set. */
  const isOwn: boolean[] = [];
  for (let component = 0; component < nodes.length; component++) sets[component] = none;
  for (let root = 0; root < roots.length; root++) {
    const component = of[roots[root] as number];
    if (component === undefined) continue;
    add(own(component), root);
  }
  // What leads to a component has a higher number.
  for (let component = nodes.length; component--; ) {
    const members = nodes[component] as readonly number[];
    for (let i = 0; i < members.length; i++) {
      const targets = edges[members[i] as number] as readonly number[];
      for (let j = 0; j < targets.length; j++) pass(component, of[targets[j] as number] as number);
    }
  }
  const byNode: Bits[] = [];
  for (let node = 0; node < edges.length; node++) byNode[node] = sets[of[node] as number] as Bits;
  return byNode;

  function pass(from: number, to: number): void {
    const given = sets[from] as Bits;
    if (includes(sets[to] as Bits, given)) return;
    if (includes(given, sets[to] as Bits)) {
      sets[to] = given;
      isOwn[to] = false;
      // What is shared is not changed any more: all that leads to `from` has been there.
      return;
    }
    const union = own(to);
    for (let i = 0; i < union.length; i++) union[i] = (union[i] as number) | (given[i] as number);
  }

  /** The set of a component, which may be added to. */
  function own(component: number): Bits {
    if (!isOwn[component]) {
      const copy = bitsFor(roots.length);
      const set = sets[component] as Bits;
      for (let i = 0; i < set.length; i++) copy[i] = set[i] as number;
      sets[component] = copy;
      isOwn[component] = true;
    }
    return sets[component] as Bits;
  }
}

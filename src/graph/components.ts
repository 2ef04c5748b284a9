import type { Edges } from './edges.ts';

/**
 * The strongly connected components of a graph: sets of nodes that reach each other; a node on no cycle is a component
 * of its own. A component has a higher number than those that it reaches.
 */
export interface Components {
  /** By node: the number of its component. */
  componentOf: readonly number[];
  /** By component: its nodes. */
  nodes: readonly (readonly number[])[];
}

/** Tarjan's algorithm, without recursion, since a chain of modules can be longer than the stack allows. */
export function componentsOf(edges: Edges): Components {
  const componentOf: number[] = [];
  const nodes: number[][] = [];
  /** By node: its number in the order of visits (`met`), and the lowest such number of an open node that it reaches. */
  const met: (number | undefined)[] = [];
  const lowest: number[] = [];
  /** Visited nodes that have no component yet. */
  const open: number[] = [];
  const path: number[] = [];
  const next: number[] = [];
  let count = 0;
  for (let node = 0; node < edges.length; node++) if (met[node] === undefined) visit(node);
  return { componentOf, nodes };

  function visit(root: number): void {
    enter(root);
    while (path.length) {
      const depth = path.length - 1;
      const node = path[depth] as number;
      const target = edges[node]?.[next[depth] as number];
      if (target === undefined) {
        path.length = depth;
        if (lowest[node] === met[node]) close(node);
        if (depth) lower(path[depth - 1] as number, lowest[node] as number);
      } else {
        next[depth] = (next[depth] as number) + 1;
        if (met[target] === undefined) enter(target);
        else if (componentOf[target] === undefined) lower(node, met[target] as number);
      }
    }
  }

  function enter(node: number): void {
    met[node] = count;
    lowest[node] = count++;
    open[open.length] = node;
    next[path.length] = 0;
    path[path.length] = node;
  }

  function lower(node: number, to: number): void {
    if (to < (lowest[node] as number)) lowest[node] = to;
  }

  function close(node: number): void {
    const component: number[] = [];
    const number = nodes.length;
    nodes[number] = component;
    let last: number;
    do {
      last = open[open.length - 1] as number;
      open.length--;
      componentOf[last] = number;
      component[component.length] = last;
    } while (last !== node);
  }
}

/** By node: whether it is on a cycle, be it an edge to itself. */
export function onCycle(edges: Edges): boolean[] {
  const { componentOf, nodes } = componentsOf(edges);
  const isCircular: boolean[] = [];
  for (let node = 0; node < edges.length; node++) {
    const targets = edges[node] as readonly number[];
    isCircular[node] = (nodes[componentOf[node] as number]?.length ?? 0) > 1;
    for (let i = 0; i < targets.length; i++) if (targets[i] === node) isCircular[node] = true;
  }
  return isCircular;
}

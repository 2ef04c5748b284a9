// Bundles carry files of this folder: like the runtime, they call no array method, since a page can patch those.

/** A directed graph: by node, its targets. Nodes are numbers from 0. */
export type Edges = readonly (readonly number[])[];

/** The graph with all edges reversed. */
export function reversed(edges: Edges): Edges {
  const back: number[][] = [];
  for (let node = 0; node < edges.length; node++) back[node] = [];
  for (let node = 0; node < edges.length; node++) {
    const targets = edges[node] as readonly number[];
    for (let i = 0; i < targets.length; i++) {
      const list = back[targets[i] as number] as number[];
      list[list.length] = node;
    }
  }
  return back;
}

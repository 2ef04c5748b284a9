// A bundle carries this folder: like the runtime, it calls no method of an array that a page can patch.

/** A directed graph whose nodes are numbers: of each, those that it leads to. */
export type Edges = readonly (readonly number[])[];

/** The same graph the other way round: of each node, those that lead to it. */
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

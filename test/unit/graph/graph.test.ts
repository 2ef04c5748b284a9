import { expect } from 'chai';
import { componentsOf, onCycle } from '../../../src/graph/components.ts';
import { type Edges, reversed } from '../../../src/graph/edges.ts';
import { linkOrder } from '../../../src/graph/link-order.ts';
import { reachedFrom } from '../../../src/graph/paths.ts';
import { has, rootsOf } from '../../../src/graph/roots.ts';
import { shortestPath } from '../../../src/graph/shortest-path.ts';
import { random } from '../../support/random.ts';

/** Small graphs of any shape: with cycles, loops, doubled edges and nodes that nothing leads to. */
function graphs(): Edges[] {
  const next = random(1);
  return Array.from({ length: 300 }, () => {
    const size = 1 + next(12);
    const density = next(4);
    return Array.from({ length: size }, () => Array.from({ length: next(density + 1) }, () => next(size)));
  });
}

/** Nodes that one leads to by at least one edge, the plain way. */
function beyond(edges: Edges, from: number, found = new Set<number>()): Set<number> {
  for (const node of edges[from] ?? []) {
    if (found.has(node)) continue;
    found.add(node);
    beyond(edges, node, found);
  }
  return found;
}

const nodesOf = (edges: Edges): number[] => edges.map((_, node) => node);
/** A chain of so many nodes. */
const chain = (length: number): Edges =>
  Array.from({ length }, (_, node) => (node + 1 < length ? [node + 1] : []));

describe('graph', () => {
  it('reversed: each edge the other way round', () => {
    expect(reversed([[1, 2], [2], [], [3]])).to.deep.equal([[], [0], [0, 1], [3]]);
  });

  it('link order: what a node leads to comes before it, in the order of its edges, each once', () => {
    expect(linkOrder([[1, 2], [3], [1], []], 0, [])).to.deep.equal([3, 1, 2, 0]);
    expect(linkOrder([[1], [2], [0]], 1, [])).to.deep.equal([0, 2, 1]);
  });

  it('link order: without what was visited before, and marks what it finds', () => {
    const visited: boolean[] = [];
    const edges = [[2], [2], []];
    expect(linkOrder(edges, 0, visited)).to.deep.equal([2, 0]);
    expect(linkOrder(edges, 1, visited)).to.deep.equal([1]);
    expect(linkOrder(edges, 1, visited)).to.deep.equal([]);
    expect(visited).to.deep.equal([true, true, true]);
  });

  it('reached: the nodes themselves, and all that they lead to', () => {
    for (const edges of graphs()) {
      for (const node of nodesOf(edges)) {
        const expected = beyond(edges, node).add(node);
        const found = reachedFrom(edges, [node]);
        expect(nodesOf(edges).filter((other) => found[other])).to.have.members([...expected]);
      }
    }
  });

  it('shortest path: of at least one edge, also back to where it begins', () => {
    expect(shortestPath([[1, 2], [3], [3], [0]], 0, 3)).to.deep.equal([0, 1, 3]);
    expect(shortestPath([[1], [0]], 0, 0)).to.deep.equal([0, 1, 0]);
    expect(shortestPath([[0]], 0, 0)).to.deep.equal([0, 0]);
    expect(shortestPath([[1], []], 1, 0)).to.deep.equal([]);
    for (const edges of graphs()) {
      for (const to of nodesOf(edges)) {
        const path = shortestPath(edges, 0, to);
        expect(path.length > 0).to.equal(beyond(edges, 0).has(to));
        path.slice(1).forEach((node, i) => {
          expect(edges[path[i] as number]).to.include(node);
        });
      }
    }
  });

  it('components: nodes that reach each other, each behind those that it leads to', () => {
    for (const edges of graphs()) {
      const { componentOf, nodes } = componentsOf(edges);
      expect(nodes.flat()).to.have.members(nodesOf(edges));
      for (const a of nodesOf(edges)) {
        expect(nodes[componentOf[a] as number]).to.include(a);
        for (const b of beyond(edges, a)) {
          expect(componentOf[a] === componentOf[b]).to.equal(beyond(edges, b).has(a));
          expect(componentOf[b]).to.be.at.most(componentOf[a] as number);
        }
      }
    }
  });

  it('on a cycle: what leads back to itself', () => {
    for (const edges of graphs()) {
      expect(onCycle(edges)).to.deep.equal(nodesOf(edges).map((node) => beyond(edges, node).has(node)));
    }
  });

  it('roots: those that reach a node, a node itself if it is one', () => {
    for (const edges of graphs()) {
      for (const count of [0, 1, 3, 40]) {
        const roots = Array.from({ length: count }, (_, i) => (i * 7) % edges.length);
        const found = rootsOf(edges, roots);
        const expected = nodesOf(edges).map((node) =>
          roots.flatMap((root, i) => (root === node || beyond(edges, root).has(node) ? [i] : [])),
        );
        const told = found.map((bits) => roots.flatMap((_, i) => (has(bits, i) ? [i] : [])));
        expect(told).to.deep.equal(expected);
      }
    }
  });

  it('roots: at either end of a chain of 20,000 cycles, in less than a second', () => {
    const count = 20_000;
    const edges = Array.from({ length: count }, (_, i) => [i + 1, i - 1].filter((j) => j >= 0 && j < count));
    const began = performance.now();
    const found = rootsOf(edges, [0, count - 1]);
    expect(performance.now() - began).to.be.below(1000);
    expect(found.every((bits) => has(bits, 0) && has(bits, 1))).to.equal(true);
  });

  it('roots: of one root there is one set, and one for what it does not reach, whatever the size', () => {
    const edges = [...chain(20_000), []];
    expect(new Set(rootsOf(edges, [0])).size).to.equal(2);
  });

  it('a chain of 100,000 nodes overflows no stack', () => {
    const edges = chain(100_000);
    expect(linkOrder(edges, 0, [])).to.have.length(100_000);
    expect(componentsOf(edges).nodes).to.have.length(100_000);
    expect(shortestPath(edges, 0, 99_999)).to.have.length(100_000);
  });
});

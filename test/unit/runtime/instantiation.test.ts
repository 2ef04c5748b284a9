import { expect } from 'chai';
import { linkOrder } from '../../../src/graph/link-order.ts';
import type { BuildTable, ModuleRow } from '../../../src/protocol/tables.ts';
import { createInstantiation, type Instantiation } from '../../../src/runtime/instantiation.ts';
import { createModules, type ModuleSlot, requestsOf } from '../../../src/runtime/modules.ts';
import { random } from '../../support/random.ts';

interface Program {
  table: BuildTable;
  modules: ModuleSlot[];
  instantiation: Instantiation;
}

/** @param requests of each module, by number; `barrels` have no statement of their own */
function program(
  requests: readonly (readonly number[])[],
  entries: { fixed?: number[]; dynamic?: number[]; barrels?: number[] },
): Program {
  const { fixed = [], dynamic = [], barrels = [] } = entries;
  const rows = requests.map(
    (targets, number): ModuleRow => ({
      path: `m${number}.js`,
      ...(!barrels.includes(number) && { chunk: 'main.js', phases: true }),
      requests: targets.map((target) => [target, 1]),
      bindings: [],
      exports: [],
    }),
  );
  const table = {
    modules: rows,
    entries: [...fixed, ...dynamic],
    staticEntries: fixed.length,
  } as unknown as BuildTable;
  const modules = createModules(table);
  return { table, modules, instantiation: createInstantiation(table, requestsOf(rows), modules) };
}

/** What {@link Instantiation.link} has to say, the plain way: every graph of every entry, each time. */
function expectedLink({ table, modules }: Program, linked: Set<number>, index: number): number[] {
  const edges = requestsOf(table.modules);
  const graphs = table.entries.map((entry) => linkOrder(edges, entry, []));
  const candidates = (counts: (entry: number, i: number) => boolean): number[][] =>
    graphs.filter((graph, i) => {
      const entry = table.entries[i] as number;
      return !linked.has(entry) && graph.includes(index) && counts(entry, i);
    });
  const isDynamic = (i: number): boolean => i >= table.staticEntries;
  const [first, ...others] = [
    candidates((_, i) => !isDynamic(i)),
    candidates((entry, i) => isDynamic(i) && modules[entry]?.isRequested === true),
    candidates((_, i) => isDynamic(i)),
    [linkOrder(edges, index, [])],
  ].find((list) => list.length > 0) as [number[], ...number[][]];
  return first.filter((module) => !linked.has(module) && others.every((graph) => graph.includes(module)));
}

describe('instantiation', () => {
  it('of one entry: its graph, in the order of linking', () => {
    const { instantiation } = program([[], [0], [0], [1, 2]], { fixed: [3] });
    expect(instantiation.link(0)).to.deep.equal([0, 1, 2, 3]);
  });

  it('of several that can have been asked for: what all of them reach, and of the one that is left the rest', () => {
    const { instantiation } = program([[], [0], [1, 0], [1]], { fixed: [2, 3] });
    expect(instantiation.link(0)).to.deep.equal([0, 1]);
    expect(instantiation.link(3)).to.deep.equal([3]);
    expect(instantiation.link(2)).to.deep.equal([2]);
  });

  it('targets of dynamic imports count where no static entry reaches the module, first those that were asked for', () => {
    const { instantiation, modules } = program([[], [0], [0], []], { fixed: [3], dynamic: [1, 2] });
    for (const { row } of modules) expect(row.phases).to.equal(true);
    const [, , two] = modules as [ModuleSlot, ModuleSlot, ModuleSlot];
    two.isRequested = true;
    expect(instantiation.link(0)).to.deep.equal([0, 2]);
  });

  it('is as looking at every graph each time would have it', () => {
    const next = random(3);
    for (let run = 0; run < 300; run++) {
      const size = 2 + next(14);
      const some = (count: number): number[] => [
        ...new Set(Array.from({ length: next(count + 1) }, () => next(size))),
      ];
      const requests = Array.from({ length: size }, () => some(3));
      const one = program(requests, { fixed: some(4), dynamic: some(4) });
      const linked = new Set<number>();
      for (let step = 0; step < size; step++) {
        const index = next(size);
        const slot = one.modules[next(size)];
        if (slot && next(3) === 0) slot.isRequested = true;
        if (linked.has(index)) continue;
        const expected = expectedLink(one, linked, index);
        expect(one.instantiation.link(index)).to.deep.equal(expected);
        for (const module of expected) linked.add(module);
      }
    }
  });

  it('an entry ends with itself, or, as a barrel, with the last that it requests', () => {
    const { instantiation } = program([[], [], [0, 1], [1], []], { fixed: [2], dynamic: [3], barrels: [2] });
    const ends = [0, 1, 2, 3, 4].filter(instantiation.endsAnEntry);
    expect(ends).to.deep.equal([1, 2, 3]);
  });

  it('300 entries of 2,000 modules, each started one after another: far from a walk of each graph at each start', () => {
    const next = random(7);
    const requests = Array.from({ length: 2000 }, (_, number) =>
      number < 300
        ? Array.from({ length: 30 }, () => 300 + next(1700))
        : Array.from({ length: 3 }, () => Math.min(1999, number + 1 + next(400))).filter((to) => to > number),
    );
    const fixed = Array.from({ length: 300 }, (_, number) => number);
    const { instantiation, table } = program(requests, { fixed });
    const linked = new Set<number>();
    const before = process.cpuUsage();
    for (const entry of fixed) {
      for (const index of linkOrder(requestsOf(table.modules), entry, [])) {
        if (linked.has(index)) continue;
        for (const module of instantiation.link(index)) linked.add(module);
        instantiation.endsAnEntry(index);
      }
    }
    expect(linked.size).to.be.above(1900);
    const { user, system } = process.cpuUsage(before);
    // Walks took 40 s, one pass takes 0.3: milliseconds of the processor's, on a machine that is slow or busy.
    expect((user + system) / 1000).to.be.below(5000);
  });
});

/** The prediction is what V8 does: the same modules start in the same order, whatever waits, throws or goes round. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import fc from 'fast-check';
import { createEvaluation } from '../../../src/spec/evaluate.ts';
import type { SourceModule } from '../../../src/spec/module-record.ts';

const native = fileURLToPath(new URL('native.mjs', import.meta.url));
const COUNT = Number(process.env.GRAPHS ?? 300);

interface Body extends SourceModule {
  /** Of a module with a top-level await: how often it waits. */
  ticks: number;
  throws: boolean;
}

interface Graph {
  modules: Body[];
  /** In their sequence; whether the next one comes only when this one has settled. */
  entries: { module: number; waits: boolean }[];
}

const graphs = fc.integer({ min: 1, max: 9 }).chain((size) => {
  const index = fc.nat(size - 1);
  const body: fc.Arbitrary<Body> = fc.record({
    requests: fc.uniqueArray(index, { maxLength: 4 }),
    hasTLA: fc.integer({ min: 0, max: 3 }).map((n) => n === 0),
    ticks: fc.integer({ min: 1, max: 4 }),
    throws: fc.integer({ min: 0, max: 11 }).map((n) => n === 0),
  });
  return fc.record({
    modules: fc.array(body, { minLength: size, maxLength: size }),
    entries: fc.array(fc.record({ module: index, waits: fc.boolean() }), { minLength: 1, maxLength: 3 }),
  });
});

/** What starts, by the prediction: Node's log says when a body that waits has ended, and when an entry is asked for. */
function predicted({ modules }: Graph, logged: readonly string[]): string[] {
  const started: string[] = [];
  const evaluation = createEvaluation(modules, {
    execute(module) {
      started.push(`start ${module}`);
      return !modules[module]?.throws;
    },
    start: (module) => void started.push(`start ${module}`),
  });
  for (const step of logged) {
    const [what, number] = step.split(' ');
    const module = Number(number);
    if (what === 'evaluate') evaluation.evaluate(module);
    else if (what === 'end' && modules[module]?.hasTLA) evaluation.fulfilled(module);
    else if (what === 'throw' && modules[module]?.hasTLA) evaluation.rejected(module);
  }
  return started;
}

const starts = (log: readonly string[]): string => log.filter((step) => step.startsWith('start')).join();

/** What Node logs; null for a graph over which V8 itself crashes (a check in Module::Evaluate, Node 20.20). */
function runNatively(sample: readonly Graph[]): (string[] | null)[] {
  const { status, stdout } = spawnSync(
    process.execPath,
    ['--experimental-vm-modules', '--no-warnings', native],
    {
      input: JSON.stringify(sample),
      encoding: 'utf8',
      maxBuffer: 1e9,
    },
  );
  if (status === 0) return JSON.parse(stdout);
  if (sample.length === 1) return [null];
  const half = sample.length >> 1;
  return [...runNatively(sample.slice(0, half)), ...runNatively(sample.slice(half))];
}

describe('ECMA-262 over a graph', () => {
  it(`${COUNT} random graphs start their modules in the order in which Node does`, function () {
    this.timeout(0);
    const sample = fc.sample(graphs, { seed: 20261121, numRuns: COUNT });
    const logs = runNatively(sample);
    let compared = 0;
    for (const [index, graph] of sample.entries()) {
      const log = logs[index];
      if (!log) continue;
      expect(starts(predicted(graph, log)), JSON.stringify({ graph, log })).to.equal(starts(log));
      if (graph.modules.some(({ hasTLA }) => hasTLA)) compared++;
    }
    expect(compared).to.be.above(COUNT / 2);
  });
});

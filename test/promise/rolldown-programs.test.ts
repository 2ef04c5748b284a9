/**
 * Random programs and graphs of modules, bundled by Rolldown: what the traced bundle prints is what the plain one prints.
 * `PROGRAMS` and `GRAPHS` set their numbers, `SEED` the first of them.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { config, expect } from 'chai';
import fc from 'fast-check';
import type { OutputOptions } from 'rolldown';
import { filesOf } from '../support/bundle.ts';
import { type Graph, graphs } from '../support/generate.ts';
import { type GraphJob, runGraphs } from '../support/graph-runs.ts';
import { writeAll } from '../support/jobs.ts';
import { sameBehaviour } from '../support/programs/compare.ts';
import { plans, write } from '../support/programs/program.ts';
import { byRolldown } from '../support/programs/rolldown.ts';
import { runAll, type Setting } from '../support/programs/run.ts';
import { expectSameRolldown, type RolldownBundle, rolldownBundle } from '../support/rolldown.ts';
import { isRuntimeName } from '../support/same-bundle.ts';

const PROGRAMS = Number(process.env.PROGRAMS ?? 50);
const GRAPHS = Number(process.env.GRAPHS ?? 25);
const SEED = Number(process.env.SEED ?? 20261122);
const BATCH = 50;

/**
 * Without Rolldown's own removal of dead code: it drops reads that would throw, which a guard keeps.
 * In strict order modules that await each other never end, and each of them takes its time to show that.
 */
const VARIANTS = {
  es: { format: 'es', awaits: true, output: { minify: false } },
  'es in strict order': {
    format: 'es',
    awaits: false,
    output: { minify: false, strictExecutionOrder: true },
  },
  cjs: { format: 'cjs', awaits: false, output: { minify: false } },
} as const satisfies Record<string, { format: 'es' | 'cjs'; awaits: boolean; output: OutputOptions }>;

const SETTINGS: Record<string, Setting> = {
  'every read and write': { treeshake: false, options: { reads: 'all', writes: 'all' } },
  'the options as they are': { treeshake: true, options: {} },
};

// A failure is shown by what the two programs print, in full.
config.truncateThreshold = 0;

describe(`generated programs under Rolldown (from seed ${SEED})`, function () {
  this.timeout(0);
  const folder = mkdtempSync(join(tmpdir(), 'module-phases-rolldown-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  let seed = SEED;
  for (const [variant, { format, awaits, output }] of Object.entries(VARIANTS)) {
    for (const [title, setting] of Object.entries(SETTINGS)) {
      it(`${variant}, ${title}: ${PROGRAMS} programs behave as without the plugin`, async () => {
        let compared = 0;
        for (let first = 0; first < PROGRAMS; first += BATCH) {
          const numRuns = Math.min(BATCH, PROGRAMS - first);
          const cases = fc
            .sample(plans(awaits), { seed: seed++, numRuns })
            .map((plan) => ({ format, program: write(plan) }));
          const runs = await runAll(folder, cases, setting, byRolldown(output));
          for (const [index, one] of cases.entries()) {
            const run = runs[index];
            if (run && sameBehaviour(one, run)) compared++;
          }
        }
        // Else most of the comparison would be gone unseen.
        expect(compared, 'programs that were compared').to.be.above(PROGRAMS / 3);
      });
    }

    it(`${variant}: ${GRAPHS} graphs in several chunks behave as without the plugin`, async () => {
      const numRuns = GRAPHS;
      // A cycle with top-level await may keep Node from ending: the programs above have those that wait.
      const some = fc.sample(graphs(false), { seed: seed++, numRuns });
      const jobs: GraphJob[] = [];
      for (const graph of some) {
        const dir = mkdtempSync(join(folder, 'graph-'));
        const source = join(dir, 'source');
        writeAll(source, { 'package.json': '{ "type": "module" }', ...graph.modules });
        const plain = await built(source, graph, { format, ...output }, false);
        const traced = await built(source, graph, { format, ...output }, true);
        expectSameRolldown(traced, plain, []);
        for (const [name, made] of Object.entries({ plain, traced })) {
          const type = format === 'es' ? 'module' : 'commonjs';
          writeAll(join(dir, name), { ...filesOf(made.output), 'package.json': JSON.stringify({ type }) });
          jobs.push({ format, dir: join(dir, name), entries: entriesOf(made) });
        }
      }
      const results = runGraphs(folder, jobs);
      let reads = 0;
      for (const [index, graph] of some.entries()) {
        const [plain, traced] = results.slice(2 * index);
        const context = JSON.stringify(graph, null, 2);
        expect(traced?.lines, context).to.deep.equal(plain?.lines);
        expect(traced?.failures, context).to.equal(0);
        reads += traced?.events.filter(({ type }) => type === 'read').length ?? 0;
      }
      expect(reads, 'reads that were traced').to.be.above(GRAPHS);
    });
  }
});

function built(
  source: string,
  { entries, chunks, treeshake }: Graph,
  output: OutputOptions,
  isTraced: boolean,
): Promise<RolldownBundle> {
  const names = [...new Set(Object.values(chunks))];
  const groups = names.map((name) => ({
    name,
    test: (id: string) => chunks[id.slice(source.length + 1)] === name,
  }));
  return rolldownBundle({
    source,
    input: entries,
    treeshake,
    trace: isTraced && { reads: 'all', writes: 'all' },
    output: { exports: 'named', ...(groups.length > 0 && { codeSplitting: { groups } }), ...output },
  });
}

const entriesOf = ({ output }: RolldownBundle): string[] =>
  output.flatMap((file) =>
    file.type === 'chunk' && file.isEntry && !isRuntimeName(file.fileName)
      ? [file.fileName.replace(/\.js$/, '')]
      : [],
  );

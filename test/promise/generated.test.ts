/**
 * Random programs, plain against traced: the same chunks, the same output; and the trace agrees with what the
 * program says of itself. `GRAPHS` sets their number, `SEED` the first of them. Where one fails, a smaller one that
 * fails is looked for.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { config, expect } from 'chai';
import fc from 'fast-check';
import { type ModuleFormat, rollup } from 'rollup';
import modulePhases from 'rollup-plugin-module-phases';
import type { BindingState, Loc, ModuleStatus, TraceEvent } from '../../src/protocol/events.ts';
import { filesOf } from '../support/bundle.ts';
import { FIRST_REQUEST, type Graph, graphs } from '../support/generate.ts';
import { type GraphJob, type GraphRun as Result, runGraphs } from '../support/graph-runs.ts';
import { writeAll } from '../support/jobs.ts';
import { type Built, expectSameBundle, isRuntime, listener } from '../support/same-bundle.ts';
import { checkTrace, formatTrace } from '../support/trace.ts';

const COUNT = Number(process.env.GRAPHS ?? 200);
const SEED = Number(process.env.SEED ?? 20261121);
const FORMATS = ['es', 'cjs', 'system', 'amd', 'iife'] as const;
type Format = (typeof FORMATS)[number];
const BATCH = 100;

interface Case {
  graph: Graph;
  format: Format;
}

const someCase: fc.Arbitrary<Case> = fc
  .constantFrom(...FORMATS)
  .chain((format) =>
    graphs(format === 'es' || format === 'system').map((graph) =>
      format === 'iife'
        ? { format, graph: { ...graph, entries: graph.entries.slice(0, 1), chunks: {} } }
        : { graph, format },
    ),
  );

// A failure is shown by what the two programs log, in full.
config.truncateThreshold = 0;

describe(`generated graphs (${COUNT} from seed ${SEED})`, function () {
  this.timeout(0);
  const folder = mkdtempSync(join(tmpdir(), 'module-phases-generated-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (let first = 0; first < COUNT; first += BATCH) {
    const size = Math.min(BATCH, COUNT - first);
    it(`${first} to ${first + size - 1}: plain and traced alike, the trace as the program says`, async () => {
      const seed = SEED + first;
      const batch = fc.sample(someCase, { seed, numRuns: size });
      let reads = 0;
      const waits = new Set<TraceEvent['type']>(['evaluate-resume', 'import-end', 'import-error']);
      let waited = 0;
      for (const [index, { one, plain, traced }] of (await runPairs(batch)).entries()) {
        try {
          reads += compare(one, plain, traced);
          waited += traced.events.filter(({ type }) => waits.has(type)).length;
        } catch (error) {
          await shrink(seed, index);
          throw error;
        }
      }
      // Else most of the comparison would be gone unseen.
      expect(reads > size / 2, `${reads} reads compared`).to.equal(true);
      expect(waited > size / 2, `${waited} ends of waits compared`).to.equal(true);
    });
  }

  /** Throws the smallest failure that is found from this case on. */
  const shrink = (seed: number, index: number): Promise<void> =>
    fc.assert(
      fc.asyncProperty(someCase, async (one) => {
        for (const { plain, traced } of await runPairs([one])) compare(one, plain, traced);
      }),
      { seed, path: `${index}`, numRuns: 1, interruptAfterTimeLimit: 60_000, includeErrorInReport: true },
    );

  /** Each case as a plain and as a traced bundle, which Rollup has made alike. */
  async function runPairs(batch: readonly Case[]): Promise<{ one: Case; plain: Result; traced: Result }[]> {
    const jobs: GraphJob[] = [];
    for (const one of batch) {
      const { graph, format } = one;
      const dir = mkdtempSync(join(folder, 'graph-'));
      const source = join(dir, 'source');
      writeAll(source, graph.modules);
      const [plain, traced] = await Promise.all([
        build(source, graph, format, false),
        build(source, graph, format, true),
      ]);
      expectSameBundle(traced, plain, { context: describeCase(one) });
      for (const [name, { files, entries }] of Object.entries({ plain, traced })) {
        writeAll(join(dir, name), {
          ...files,
          'package.json': `{"type":"${format === 'es' ? 'module' : 'commonjs'}"}`,
        });
        jobs.push({ format, dir: join(dir, name), entries });
      }
    }
    const results = runGraphs(folder, jobs);
    return batch.map((one, index) => {
      const [plain, traced] = [results[2 * index], results[2 * index + 1]];
      if (!plain || !traced) throw new Error('A run has no result');
      return { one, plain, traced };
    });
  }
});

interface Made extends Built {
  files: ReturnType<typeof filesOf>;
  entries: string[];
}

async function build(source: string, graph: Graph, format: Format, traced: boolean): Promise<Made> {
  const { logs, onLog } = listener();
  const bundle = await rollup({
    input: graph.entries.map((entry) => join(source, entry)),
    treeshake: graph.treeshake,
    onLog,
    plugins: traced ? [modulePhases({ console: false, root: source, reads: 'all', writes: 'all' })] : [],
  });
  const { output } = await bundle.generate({
    format: format as ModuleFormat,
    name: format === 'iife' ? 'generated' : undefined,
    exports: 'named',
    entryFileNames: '[name].js',
    chunkFileNames: '[name].js',
    // Node runs the iife as a CommonJS module, which shows what it exports.
    inlineDynamicImports: format === 'iife',
    ...(format === 'iife' ? { footer: 'module.exports = generated;' } : {}),
    ...(Object.keys(graph.chunks).length > 0 && {
      manualChunks: (id: string) => graph.chunks[id.slice(source.length + 1)],
    }),
  });
  const entries = output.flatMap((file) =>
    file.type === 'chunk' && file.isEntry && !isRuntime(file) ? file.fileName : [],
  );
  return {
    output,
    logs,
    files: filesOf(output),
    entries: entries.map((fileName) => fileName.replace(/\.js$/, '')),
  };
}

/** Returns how many reads were compared. */
function compare(one: Case, plain: Result, traced: Result): number {
  const context = describeCase(one);
  expect(traced.lines.join('\n'), context).to.equal(plain.lines.join('\n'));
  expect(traced.failures, context).to.equal(0);
  const { graph } = one;
  const { lines, events } = traced;
  const log = `${context}\nlog\n${lines.join('\n')}\ntrace\n${formatTrace(events)}`;
  expect(stepsOfTrace(graph, events), `${log}\nsteps`).to.deep.equal(stepsOfLog(lines));
  // Where an import() of its own chunk gives a namespace object that is not there yet, the trace tells of a read that
  // never happened, of a module that nothing may have asked for.
  const absent = lines.some((line) => /^read m\d+ \d{3} TypeError/.test(line))
    ? Object.keys(graph.modules)
    : [];
  checkTrace(events, absent, one.format === 'es' || one.format === 'iife');
  const failed = lines.filter((line) => line.startsWith('fail ')).map((line) => line.slice('fail '.length));
  const errors = events.filter((event) => event.type === 'evaluate-error');
  expect(
    errors.map(({ module }) => module.replace('.js', '')),
    `${log}\nerrors`,
  ).to.deep.equal(failed);
  for (const { module, error } of errors) {
    expect([undefined, `${module.replace('.js', '')} fails`], `${log}\ntext of an error`).to.include(error);
  }
  compareRequestsElsewhere(log, one, lines, events);
  return compareReads(context, one, lines, events);
}

/** What a module logs of its own phases, in the words that {@link stepsOfTrace} uses. */
function stepsOfLog(lines: readonly string[]): string[] {
  const status = new Map<string, ModuleStatus>();
  return lines.flatMap((line) => {
    const [step, module = '', , target = ''] = line.split(' ');
    switch (step) {
      case 'start':
      case 'go':
        status.set(module, 'evaluating');
        return line;
      case 'end':
        status.set(module, 'evaluated');
        return line;
      case 'wait':
        status.set(module, 'evaluating-async');
        return line;
      case 'fail':
        status.set(module, 'errored');
        return [];
      case 'ask':
        return `${line} ${status.get(target) ?? 'linked'}`;
      case 'got':
      case 'refused':
        return line.startsWith(`${step} later`) ? [] : line;
      default:
        return [];
    }
  });
}

/** In one order: the phases of modules, and requests with their outcomes, but for those of {@link compareRequestsElsewhere}. */
function stepsOfTrace(graph: Graph, events: readonly TraceEvent[]): string[] {
  return events.flatMap((event) => {
    switch (event.type) {
      case 'evaluate-start':
        return `start ${nameOf(event.module)}`;
      case 'evaluate-end':
        return `end ${nameOf(event.module)}`;
      case 'evaluate-suspend':
        return `wait ${labelAt(graph, event.loc)}`;
      case 'evaluate-resume':
        return `go ${labelAt(graph, event.loc)}`;
      case 'import-start':
        return `ask ${labelAt(graph, event.loc)} ${nameOf(event.module)} ${event.status}`;
      case 'import-end':
        return isElsewhere(graph, event.loc) ? [] : `got ${labelAt(graph, event.loc)}`;
      case 'import-error':
        if (isElsewhere(graph, event.loc)) return [];
        // Rollup's own code around an import() can fail too, which the program takes for its pattern's failure.
        return isTakenApart(graph, event.loc) && !event.error?.endsWith(' fails')
          ? `got ${labelAt(graph, event.loc)}`
          : `refused ${labelAt(graph, event.loc)} ${event.error}`;
      default:
        return [];
    }
  });
}

const nameOf = (path: string | undefined): string | undefined => path?.replace(/\.js$/, '');

const lineAt = (graph: Graph, { file, line }: Loc): string =>
  graph.modules[file]?.split('\n')[line - 1] ?? '';

/** Module and number of the await or the request in a line. */
const labelAt = (graph: Graph, loc: Loc): string | undefined =>
  /'(?:wait|ask|got|got later) (m\d+ \d+)/.exec(lineAt(graph, loc))?.[1];

/** The promise is kept: only from inside the modules can it be seen what becomes of it, and not when the program does. */
const isElsewhere = (graph: Graph, loc: Loc): boolean => lineAt(graph, loc).includes('= [import(');

const isTakenApart = (graph: Graph, loc: Loc): boolean => lineAt(graph, loc).includes(': v }');

/**
 * If the outcome of a request shows, then as the program found it. A stalled program never does: the module may have
 * ended, and its chunk not.
 */
function compareRequestsElsewhere(
  context: string,
  { graph, format }: Case,
  lines: readonly string[],
  events: readonly TraceEvent[],
): void {
  for (const event of events) {
    if (event.type !== 'import-end' && event.type !== 'import-error') continue;
    if (!isElsewhere(graph, event.loc)) continue;
    const label = labelAt(graph, event.loc);
    const outcome = lines.find(
      (line) => line.startsWith(`got later ${label}`) || line.startsWith(`refused later ${label}`),
    );
    // SystemJS fulfils a request from within a cycle before that has run.
    if (format === 'system' && lines.includes(`wait ${label}`)) continue;
    if (outcome === undefined && lines.some((line) => line.endsWith('stalled'))) continue;
    expect(outcome, `${context}\n${label}`).to.match(event.type === 'import-end' ? /^got / : /^refused /);
    if (event.type === 'import-error' && event.error !== undefined) {
      expect(outcome, `${context}\n${label}`).to.equal(`refused later ${label} ${event.error}`);
    }
  }
}

/** Reads of the form `read mN K …`, whose statement reads a binding once and which are not optimized away. */
function compareReads(
  context: string,
  { graph, format }: Case,
  lines: string[],
  events: TraceEvent[],
): number {
  const statements = Object.entries(graph.modules).flatMap(([path, text]) =>
    text.split('\n').flatMap((line, index) => {
      const match =
        /try \{ const v = [\w.]+; console\.log\('(read m\d+)', (\d+)/.exec(line) ??
        /\{ \w+: v \}.*? console\.log\('(taken m\d+)', (\d+), typeof/.exec(line);
      if (!match) return [];
      const isRequested = Number(match[2]) >= FIRST_REQUEST;
      return [{ path, line: index + 1, key: `${match[1]} ${match[2]} `, isRequested }];
    }),
  );
  let compared = 0;
  for (const { path, line, key, isRequested } of statements) {
    const outcomes = lines.filter((text) => text.startsWith(key)).map((text) => text.slice(key.length));
    const reads = events.filter(
      (event) => event.type === 'read' && event.importer === path && event.loc.line === line,
    );
    // Rollup may fold a read away; a read that shows says what the program says.
    if (reads.length === 0) continue;
    expect(reads.length, `${context}\n${path}:${line}`).to.equal(outcomes.length);
    reads.forEach((event, index) => {
      if (event.type !== 'read') return;
      const outcome = outcomes[index] ?? '';
      // Rollup may give an import() of its own chunk a namespace object that is not there yet.
      if (outcome.startsWith('TypeError')) return;
      const states = statesOf(outcome);
      // What is published as a property gives undefined where the binding, if asked, would throw.
      if (isRequested && format !== 'es' && states.includes('undefined')) states.push('uninitialized');
      expect(states, `${context}\n${path}:${line} ${outcome}`).to.include(event.state);
      // Of a namespace's member no value is taken where that could run the program's code.
      if (outcome.startsWith('string ') && !(isRequested && event.value === undefined)) {
        expect(event.value, `${context}\n${path}:${line}`).to.equal(`'${outcome.slice('string '.length)}'`);
      }
      compared++;
    });
  }
  return compared;
}

/** The states that a binding may be in whose read had this outcome. */
function statesOf(outcome: string): BindingState[] {
  if (outcome.startsWith('ReferenceError')) return ['uninitialized'];
  return outcome.startsWith('undefined ') ? ['undefined', 'initialized'] : ['initialized'];
}

function describeCase(one: Case | undefined): string {
  if (!one) return '';
  const { graph, format } = one;
  const texts = Object.entries(graph.modules).map(([path, text]) => `// ${path}\n${text}`);
  return `${format} ${JSON.stringify({ entries: graph.entries, chunks: graph.chunks, treeshake: graph.treeshake })}\n${texts.join('\n')}`;
}

/**
 * Random programs, plain against traced: the same chunks, the same output; and the trace agrees with what the
 * program says of itself. `GRAPHS` sets their number, `SEED` the first of them.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import fc from 'fast-check';
import { type ModuleFormat, type OutputChunk, type RollupLog, rollup } from 'rollup';
import modulePhases from 'rollup-plugin-module-phases';
import type { TraceEvent } from '../../src/protocol.ts';
import { type Graph, graphs } from '../support/generate.ts';

const COUNT = Number(process.env.GRAPHS ?? 200);
const SEED = Number(process.env.SEED ?? 20261121);
const FORMATS = ['es', 'cjs', 'system', 'amd', 'iife'] as const;
type Format = (typeof FORMATS)[number];
const BATCH = 100;
const runner = fileURLToPath(new URL('../support/runner.mjs', import.meta.url));

interface Result {
  lines: string[];
  events: TraceEvent[];
  failures: number;
}

interface Case {
  graph: Graph;
  format: Format;
}

const cases = (seed: number, count: number): Case[] =>
  fc
    .sample(fc.record({ graph: graphs, format: fc.constantFrom(...FORMATS) }), { seed, numRuns: count })
    .map(({ graph, format }) =>
      format === 'iife'
        ? { format, graph: { ...graph, entries: graph.entries.slice(0, 1), chunks: {} } }
        : { graph, format },
    );

describe(`generated graphs (${COUNT} from seed ${SEED})`, function () {
  this.timeout(0);
  const folder = mkdtempSync(join(tmpdir(), 'module-phases-generated-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (let first = 0; first < COUNT; first += BATCH) {
    const size = Math.min(BATCH, COUNT - first);
    it(`${first} to ${first + size - 1}: plain and traced alike, the trace as the program says`, async () => {
      const batch = cases(SEED + first, size);
      const jobs: { format: Format; dir: string; entries: string[] }[] = [];
      for (const [index, { graph, format }] of batch.entries()) {
        const source = join(folder, `${first + index}`, 'source');
        writeAll(source, graph.modules);
        const [plain, traced] = await Promise.all([
          build(source, graph, format, false),
          build(source, graph, format, true),
        ]);
        expect(traced.summary, describeCase(batch[index])).to.deep.equal(plain.summary);
        for (const [name, { files, entries }] of Object.entries({ plain, traced })) {
          const dir = join(folder, `${first + index}`, name);
          writeAll(dir, {
            ...files,
            'package.json': `{"type":"${format === 'es' ? 'module' : 'commonjs'}"}`,
          });
          jobs.push({ format, dir, entries });
        }
      }
      const results = runAll(jobs);
      let reads = 0;
      for (const [index, one] of batch.entries()) {
        const [plain, traced] = [results[2 * index], results[2 * index + 1]];
        if (!plain || !traced) throw new Error('A run has no result');
        expect(traced.lines.join('\n'), describeCase(one)).to.equal(plain.lines.join('\n'));
        expect(traced.failures, describeCase(one)).to.equal(0);
        reads += checkTrace(one, traced);
      }
      expect(reads > size / 2, `${reads} reads compared`).to.equal(true);
    });
  }

  function runAll(jobs: object[]): Result[] {
    const input = join(folder, 'jobs.json');
    const output = join(folder, 'results.json');
    writeFileSync(input, JSON.stringify(jobs));
    execFileSync(process.execPath, [runner, input, output], {
      stdio: ['ignore', 'ignore', 'pipe'],
      maxBuffer: 1 << 26,
    });
    return JSON.parse(readFileSync(output, 'utf8'));
  }
});

interface Built {
  summary: unknown;
  files: Record<string, string>;
  entries: string[];
}

async function build(source: string, graph: Graph, format: Format, traced: boolean): Promise<Built> {
  const logs: RollupLog[] = [];
  const bundle = await rollup({
    input: graph.entries.map((entry) => join(source, entry)),
    treeshake: graph.treeshake,
    onLog: (_level, log) => logs.push(log),
    plugins: traced ? [modulePhases({ console: false, root: source, reads: 'all', writes: 'all' })] : [],
  });
  const { output } = await bundle.generate({
    format: format as ModuleFormat,
    name: format === 'iife' ? 'generated' : undefined,
    exports: 'named',
    entryFileNames: '[name].js',
    chunkFileNames: '[name].js',
    // Node runs the iife as a CommonJS module, which shows what it exports.
    ...(format === 'iife' ? { footer: 'module.exports = generated;' } : {}),
    ...(Object.keys(graph.chunks).length > 0 && {
      manualChunks: (id: string) => graph.chunks[id.slice(source.length + 1)],
    }),
  });
  const chunks = output.filter((file): file is OutputChunk => file.type === 'chunk');
  return {
    summary: {
      chunks: chunks.map(({ fileName, modules, exports, imports, dynamicImports, isEntry }) => ({
        fileName,
        modules: Object.entries(modules).map(
          ([id, { code, renderedLength, removedExports, renderedExports }]) => ({
            id,
            code,
            renderedLength,
            removedExports,
            renderedExports,
          }),
        ),
        exports,
        imports,
        dynamicImports,
        isEntry,
      })),
      logs: logs.map(({ code, message, id, loc, frame }) => ({ code, message, id, loc, frame })),
    },
    files: Object.fromEntries(
      output.map((file) => [file.fileName, file.type === 'chunk' ? file.code : String(file.source)]),
    ),
    entries: chunks.filter(({ isEntry }) => isEntry).map(({ fileName }) => fileName.replace(/\.js$/, '')),
  };
}

/** Order of modules, and the outcome of each read, as the program logged them; returns how many reads were compared. */
function checkTrace({ graph, format }: Case, { lines, events }: Result): number {
  const context = describeCase({ graph, format });
  const marks = (kind: string): string[] =>
    lines.filter((line) => line.startsWith(`${kind} m`)).map((line) => `${line.slice(kind.length + 1)}.js`);
  const modulesOf = (type: TraceEvent['type']): string[] =>
    events.flatMap((event) => (event.type === type && 'module' in event ? [event.module] : []));
  expect(modulesOf('evaluate-start'), `${context}\nstarts`).to.deep.equal(marks('start'));
  expect(modulesOf('evaluate-end'), `${context}\nends`).to.deep.equal(marks('end'));
  const unfinished = marks('start').filter((module) => !marks('end').includes(module));
  expect(modulesOf('evaluate-error'), `${context}\nerrors`).to.deep.equal(unfinished);

  const instantiated = new Set<string>();
  for (const event of events) {
    if (event.type === 'instantiate') {
      expect(instantiated.has(event.module), `${context}\n${event.module} is instantiated once`).to.equal(
        false,
      );
      instantiated.add(event.module);
    } else if (event.type === 'read') {
      expect(instantiated.has(event.importer), `${context}\n${event.importer} is instantiated`).to.equal(
        true,
      );
    } else if ('module' in event) {
      expect(instantiated.has(event.module), `${context}\n${event.module} is instantiated`).to.equal(true);
    }
  }
  return compareReads(context, graph, lines, events);
}

/** Reads of the form `read mN K …`, whose statement reads a binding once and which are not optimized away. */
function compareReads(context: string, graph: Graph, lines: string[], events: TraceEvent[]): number {
  const statements = Object.entries(graph.modules).flatMap(([path, text]) =>
    text.split('\n').flatMap((line, index) => {
      const match = /try \{ const v = [\w.]+; console\.log\('read (m\d+)', (\d+)/.exec(line);
      return match ? [{ path, line: index + 1, key: `read ${match[1]} ${match[2]} ` }] : [];
    }),
  );
  let compared = 0;
  for (const { path, line, key } of statements) {
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
      const expected = /^(?:ReferenceError) /.test(outcome)
        ? 'uninitialized'
        : outcome.startsWith('undefined ')
          ? 'undefined or initialized'
          : 'initialized';
      expect(expected, `${context}\n${path}:${line} ${outcome}`).to.include(event.state);
      if (outcome.startsWith('string ')) {
        expect(event.value, `${context}\n${path}:${line}`).to.equal(`'${outcome.slice('string '.length)}'`);
      }
      compared++;
    });
  }
  return compared;
}

function describeCase(one: Case | undefined): string {
  if (!one) return '';
  const { graph, format } = one;
  const texts = Object.entries(graph.modules).map(([path, text]) => `// ${path}\n${text}`);
  return `${format} ${JSON.stringify({ entries: graph.entries, chunks: graph.chunks, treeshake: graph.treeshake })}\n${texts.join('\n')}`;
}

function writeAll(dir: string, files: Record<string, string>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), content);
  }
}

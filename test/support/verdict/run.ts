/** Builds programs and runs them: by Node as they are, and as bundles without and with the plugin. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rollup } from 'rollup';
import modulePhases from 'rollup-plugin-module-phases';
import type { TraceEvent } from '../../../src/protocol/events.ts';
import type { Finding } from '../../../src/protocol/finding.ts';
import { filesOf } from '../bundle.ts';
import { listener } from '../same-bundle.ts';
import type { Program } from './generate.ts';

const runner = fileURLToPath(new URL('runner.mjs', import.meta.url));

export interface Result {
  lines: string[];
  events: TraceEvent[];
  findings: Finding[];
  failures: number;
}

export const WAYS = ['native', 'plain', 'traced'] as const;
export type Way = (typeof WAYS)[number];

interface Job {
  format: 'es' | 'cjs';
  dir: string;
  entries: string[];
}

/** By program: how it ran in each way. */
export async function runAll<W extends Way>(
  folder: string,
  programs: readonly Program[],
  ways: readonly W[],
): Promise<Record<W, Result>[]> {
  const jobs: Job[] = [];
  const work = mkdtempSync(join(folder, 'programs-'));
  for (const [index, program] of programs.entries()) {
    const source = join(work, `${index}`, 'native');
    writeAll(source, program.modules, 'es');
    for (const way of ways) {
      const format = way === 'native' ? 'es' : program.output.format;
      const dir = join(work, `${index}`, way);
      if (way !== 'native') writeAll(dir, await build(source, program, way === 'traced'), format);
      jobs.push({ format, dir, entries: program.entries.map((path) => path.replace('.js', '')) });
    }
  }
  const results = runJobs(work, jobs);
  rmSync(work, { recursive: true, force: true });
  return programs.map(
    (_, index) =>
      Object.fromEntries(
        ways.map((way, at) => [way, results[index * ways.length + at]]),
      ) as unknown as Record<W, Result>,
  );
}

/** Node crashes over some programs that fail in a cycle with top-level await: then each half runs on its own. */
function runJobs(folder: string, jobs: readonly Job[]): Result[] {
  const [input, output] = [join(folder, 'jobs.json'), join(folder, 'results.json')];
  writeFileSync(input, JSON.stringify(jobs));
  const { signal, status, stderr, error } = spawnSync(process.execPath, [runner, input, output], {
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: 120_000,
  });
  if (status === 0) return JSON.parse(readFileSync(output, 'utf8'));
  if (!signal) throw error ?? new Error(String(stderr));
  if (jobs.length === 1) return [{ lines: ['crashed'], events: [], findings: [], failures: 0 }];
  const half = jobs.length >> 1;
  return [...runJobs(folder, jobs.slice(0, half)), ...runJobs(folder, jobs.slice(half))];
}

function writeAll(dir: string, files: Record<string, string | Uint8Array>, format: 'es' | 'cjs'): void {
  const type = format === 'es' ? 'module' : 'commonjs';
  for (const [path, text] of Object.entries({ ...files, 'package.json': `{"type":"${type}"}` })) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
}

async function build(source: string, { entries, chunks, output }: Program, isTraced: boolean) {
  const { format, shape, treeshake, reads } = output;
  const { onLog } = listener();
  const bundle = await rollup({
    input: entries.map((entry) => join(source, entry)),
    treeshake,
    onLog,
    plugins: isTraced ? [modulePhases({ console: false, root: source, reads })] : [],
  });
  const made = await bundle.generate({
    format,
    exports: 'named',
    entryFileNames: '[name].js',
    chunkFileNames: 'chunk-[name].js',
    ...(shape === 'inline' && { inlineDynamicImports: true }),
    ...(shape === 'modules' && { preserveModules: true, preserveModulesRoot: source }),
    ...(shape === 'manual' && { manualChunks: (id: string) => chunks[id.slice(source.length + 1)] }),
  });
  return filesOf(made.output);
}

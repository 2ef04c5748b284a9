/** Builds programs and runs them: by Node as they are, and as bundles without and with the plugin. */
import { type ChildProcess, fork, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TraceEvent } from '../../../src/protocol/events.ts';
import type { Finding } from '../../../src/protocol/finding.ts';
import type { Program } from './generate.ts';

const runner = fileURLToPath(new URL('runner.mjs', import.meta.url));
const builder = fileURLToPath(new URL('builder.mjs', import.meta.url));
/** Milliseconds that a build may take. */
const LONGEST_BUILD = 4000;

export interface Result {
  lines: string[];
  events: TraceEvent[];
  findings: Finding[];
  failures: number;
  /** What the plugin said at the build. */
  said: Said[];
}

/** A log of the plugin. */
export interface Said {
  level: 'warn' | 'info';
  code: string;
  message: string;
  loc?: { file: string; line: number; column: number };
}

export type Way = 'native' | 'plain' | 'traced';

interface Job {
  format: 'es' | 'cjs';
  dir: string;
  entries: string[];
}

/** By program: how it ran in each way; null where Rollup does not come to an end over it, or Node crashes. */
export async function runAll<W extends Way>(
  folder: string,
  programs: readonly Program[],
  ways: readonly W[],
): Promise<(Record<W, Result> | null)[]> {
  const jobs: Job[] = [];
  const built: boolean[] = [];
  const work = mkdtempSync(join(folder, 'programs-'));
  const building = createBuilding();
  for (const [index, program] of programs.entries()) {
    const source = join(work, `${index}`, 'native');
    mkdirSync(source, { recursive: true });
    const files = { 'package.json': '{"type":"module"}', ...program.modules };
    for (const [path, text] of Object.entries(files)) writeFileSync(join(source, path), text);
    built[index] = true;
    const own: Job[] = [];
    for (const way of ways) {
      const format = way === 'native' ? 'es' : program.output.format;
      const dir = join(work, `${index}`, way);
      own.push({
        format,
        dir,
        entries: (program.sequence ?? program.entries).map((path) => path.replace('.js', '')),
      });
      if (way !== 'native' && built[index])
        built[index] = await building.build({ dir, source, program, isTraced: way === 'traced' });
    }
    if (built[index]) jobs.push(...own);
  }
  building.end();
  const results = runJobs(work, jobs);
  rmSync(work, { recursive: true, force: true });
  let next = 0;
  return programs.map((_, index) => {
    if (!built[index]) return null;
    const runs = Object.fromEntries(ways.map((way) => [way, results[next++] ?? null]));
    return Object.values(runs).includes(null) ? null : (runs as Record<W, Result>);
  });
}

interface Build {
  dir: string;
  source: string;
  program: Program;
  isTraced: boolean;
}

function createBuilding() {
  let child: ChildProcess | undefined;
  return {
    /** Whether it has come to an end. */
    async build(build: Build): Promise<boolean> {
      child ??= fork(builder, { execArgv: [] });
      const own = child;
      const answer = await new Promise<{ error?: string } | null>((resolve) => {
        const timer = setTimeout(() => resolve(null), LONGEST_BUILD);
        own.once('message', (message: { error?: string }) => {
          clearTimeout(timer);
          resolve(message);
        });
        own.send(build);
      });
      if (answer?.error) {
        own.kill();
        throw new Error(answer.error);
      }
      if (!answer) {
        own.kill('SIGKILL');
        child = undefined;
      }
      return answer !== null;
    },
    end: () => void child?.kill(),
  };
}

/** Node crashes over some programs that fail in a cycle with top-level await: then each half runs on its own. */
function runJobs(folder: string, jobs: readonly Job[]): (Result | null)[] {
  if (jobs.length === 0) return [];
  const [input, output] = [join(folder, 'jobs.json'), join(folder, 'results.json')];
  writeFileSync(input, JSON.stringify(jobs));
  const { signal, status, stderr, error } = spawnSync(process.execPath, [runner, input, output], {
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: 30_000,
  });
  if (status === 0) return JSON.parse(readFileSync(output, 'utf8'));
  if (!signal) throw error ?? new Error(String(stderr));
  if (jobs.length === 1) return [null];
  const half = jobs.length >> 1;
  return [...runJobs(folder, jobs.slice(0, half)), ...runJobs(folder, jobs.slice(half))];
}

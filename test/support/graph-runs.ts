/** Runs bundles of generated graphs, many in one process. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TraceEvent } from '../../src/protocol/events.ts';

export interface GraphJob {
  format: string;
  dir: string;
  entries: string[];
}

export interface GraphRun {
  lines: string[];
  events: TraceEvent[];
  failures: number;
}

const runner = fileURLToPath(new URL('runner.mjs', import.meta.url));

/** Node crashes over some graphs that fail in a cycle with top-level await: then each half runs on its own. */
export function runGraphs(folder: string, jobs: readonly GraphJob[]): GraphRun[] {
  const input = join(folder, 'jobs.json');
  const output = join(folder, 'results.json');
  writeFileSync(input, JSON.stringify(jobs));
  const { signal, status, stderr, error } = spawnSync(process.execPath, [runner, input, output], {
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: 120_000,
  });
  if (status === 0) return JSON.parse(readFileSync(output, 'utf8'));
  if (error || !signal) throw error ?? new Error(String(stderr));
  if (jobs.length === 1) return [{ lines: ['crashed'], events: [], failures: 0 }];
  const half = jobs.length >> 1;
  return [...runGraphs(folder, jobs.slice(0, half)), ...runGraphs(folder, jobs.slice(half))];
}

export function writeAll(dir: string, files: Record<string, string | Uint8Array>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), content);
  }
}

/** Writes generated programs, and runs many of them in one process of Node. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface Jobs<J, R> {
  /** For the files that runner and caller exchange. */
  folder: string;
  jobs: readonly J[];
  /** Script that reads the jobs of its first argument, and writes a list of results to its second. */
  runner: string;
  /** Milliseconds. */
  timeout: number;
  /** Whether a job may take too long: else that is an error. */
  mayTimeOut: boolean;
  /** The result of a job over which Node crashes. */
  crashed: R;
}

/** Node crashes over some programs that fail in a cycle with top-level await: then each half runs on its own. */
export function runJobs<J, R>(given: Jobs<J, R>): R[] {
  const { folder, jobs, runner, timeout, mayTimeOut, crashed } = given;
  const input = join(folder, 'jobs.json');
  const output = join(folder, 'results.json');
  writeFileSync(input, JSON.stringify(jobs));
  const { signal, status, stderr, error } = spawnSync(process.execPath, [runner, input, output], {
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout,
  });
  if (status === 0) return JSON.parse(readFileSync(output, 'utf8'));
  if (!signal || (error && !mayTimeOut)) throw error ?? new Error(String(stderr));
  if (jobs.length === 1) return [crashed];
  const half = jobs.length >> 1;
  return [jobs.slice(0, half), jobs.slice(half)].flatMap((part) => runJobs({ ...given, jobs: part }));
}

export function writeAll(dir: string, files: Record<string, string | Uint8Array>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), content);
  }
}

/** Runs bundles of generated graphs, many in one process. */
import { fileURLToPath } from 'node:url';
import type { TraceEvent } from '../../src/protocol/events.ts';
import { runJobs } from './jobs.ts';

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

export const runGraphs = (folder: string, jobs: readonly GraphJob[]): GraphRun[] =>
  runJobs({
    folder,
    jobs,
    runner,
    timeout: 120_000,
    mayTimeOut: false,
    crashed: { lines: ['crashed'], events: [], failures: 0 },
  });

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { CyclicModule } from '../../../src/spec/module-record.ts';
import type { Graph } from './graph.ts';
import { textsOf } from './text.ts';

const native = fileURLToPath(new URL('native.mjs', import.meta.url));

export interface NativeRun {
  log: string[];
  /** By module: its status, and who threw its error. */
  ends: string[];
}

/** What Node does; null for a graph over which V8 itself crashes (a check in Module::Evaluate, Node 20.20). */
export function runNatively(sample: readonly Graph[]): (NativeRun | null)[] {
  const { status, signal, stdout, stderr } = spawnSync(
    process.execPath,
    ['--experimental-vm-modules', '--no-warnings', native],
    {
      input: JSON.stringify(sample.map((graph) => ({ texts: textsOf(graph), entries: graph.entries }))),
      encoding: 'utf8',
      maxBuffer: 1e9,
    },
  );
  if (status === 0) return JSON.parse(stdout);
  if (signal === null) throw new Error(stderr);
  if (sample.length === 1) return [null];
  const half = sample.length >> 1;
  return [...runNatively(sample.slice(0, half)), ...runNatively(sample.slice(half))];
}

/** In the words of `vm`: all modules are linked before any is evaluated, and one that still waits is evaluated. */
export function nativeEnd({ status, evaluationError }: CyclicModule): string {
  if (evaluationError !== null) return `errored by ${evaluationError}`;
  return status.startsWith('evaluat') ? 'evaluated' : 'linked';
}

/**
 * The events that a bundle makes if one entry is loaded alone, as far as its manifest tells: chunks are evaluated as the
 * modules that they are, and each runs its own modules one after another. Of the reads there are those that are
 * unconditional, and that this build runs too early.
 */
import type { BindingState, TraceEvent } from '../protocol/events.ts';
import type { Manifest, ManifestImport } from '../protocol/manifest.ts';
import { createEvaluation } from '../spec/evaluate.ts';
import { pathAt } from './words.ts';

/** All that starts is asked for at once. */
const JOB = 1;

/** An event without the fields that all events have. */
type Content = TraceEvent extends infer E ? (E extends TraceEvent ? Omit<E, 'seq' | 'time'> : never) : never;

/** What became of a module, or of a chunk. */
type Outcome = 'end' | 'error' | 'wait';

/** @param entry index of `manifest.modules` */
export function foresee(manifest: Manifest, entry: number): TraceEvent[] {
  const { modules, chunks = [] } = manifest;
  const root = chunks.findIndex((chunk) => chunk.entry === entry);
  if (root < 0) return [];
  const events: TraceEvent[] = [];
  const hasStarted: boolean[] = [];
  /** Chunks that wait at an await of one of their modules, and the index of that module in each. */
  const pending: { chunk: number; at: number }[] = [];
  const evaluation = createEvaluation(
    chunks.map(({ imports, modules: own }) => ({
      requests: imports,
      hasTLA: own.some((module) => modules[module]?.hasTLA),
    })),
    {
      execute: (chunk) => run(chunk, 0) === 'end',
      start: (chunk) => settle(chunk, run(chunk, 0)),
    },
  );
  const unsettled: { chunk: number; outcome: Outcome }[] = [];
  add({ type: 'entry', module: pathAt(manifest, entry), chunk: chunks[root]?.file ?? '', job: JOB });
  evaluation.evaluate(root);
  for (;;) {
    const settled = unsettled.shift();
    if (settled) {
      if (settled.outcome === 'end') evaluation.fulfilled(settled.chunk);
      else evaluation.rejected(settled.chunk);
      continue;
    }
    const waiting = pending.shift();
    if (!waiting) return events;
    const { chunk, at } = waiting;
    end(chunks[chunk]?.modules[at] ?? -1);
    settle(chunk, run(chunk, at + 1));
  }

  function settle(chunk: number, outcome: Outcome): void {
    if (outcome !== 'wait') unsettled.push({ chunk, outcome });
  }

  function add(content: Content): void {
    events.push({ seq: events.length, time: 0, ...content });
  }

  /** Runs the modules of a chunk from one on. */
  function run(chunk: number, from: number): Outcome {
    const { modules: own = [], file = '' } = chunks[chunk] ?? {};
    for (let at = from; at < own.length; at++) {
      const module = own[at] as number;
      if (modules[module]?.phases !== true) continue;
      const outcome = runModule(module, file);
      if (outcome === 'wait') pending.push({ chunk, at });
      if (outcome !== 'end') return outcome;
    }
    return 'end';
  }

  function runModule(module: number, chunk: string): Outcome {
    const path = pathAt(manifest, module);
    add({ type: 'evaluate-start', module: path, chunk, job: JOB });
    hasStarted[module] = true;
    for (const imported of modules[module]?.imports ?? []) {
      const error = read(module, imported);
      if (error === undefined) continue;
      add({ type: 'evaluate-error', module: path, error });
      return 'error';
    }
    if (modules[module]?.hasTLA) return 'wait';
    end(module);
    return 'end';
  }

  function end(module: number): void {
    add({ type: 'evaluate-end', module: pathAt(manifest, module), duration: 0 });
  }

  /** Returns the text of the error that the read throws. */
  function read(importer: number, imported: ManifestImport): string | undefined {
    const { module, binding, local, isUnconditional, isDropped, throwsAt } = imported;
    if (!isUnconditional || isDropped || hasStarted[module]) return undefined;
    const declared = modules[module]?.bindings[binding];
    const state = stateOf(manifest, importer, imported);
    if (!declared || state === undefined || state === 'initialized') return undefined;
    const { path = '', isCompiled } = modules[importer] ?? {};
    const { name } = declared;
    const at = (state === 'undefined' ? throwsAt : undefined) ?? imported.at;
    add({
      type: 'read',
      importer: path,
      loc: { file: path, line: 1, column: 0, ...at, ...(isCompiled && { compiled: true }) },
      module: pathAt(manifest, module),
      name,
      local,
      state,
      early: true,
    });
    if (state === 'uninitialized') return `Cannot access '${name}' before initialization`;
    return throwsAt ? `${name} is undefined` : undefined;
  }
}

/** The state in which the bundle has a binding of a module that has not started. */
function stateOf(
  { modules, format }: Manifest,
  importer: number,
  { module, binding }: ManifestImport,
): BindingState | undefined {
  const declared = modules[module]?.bindings[binding];
  const state = declared?.state;
  const crosses = modules[importer]?.chunk !== modules[module]?.chunk;
  if (state === undefined || !crosses || format === 'es') return state;
  // Other formats hand over the values of bindings, functions only once the chunk has run; system hands them over before.
  if (format === 'system') return declared?.kind === 'function' ? state : 'undefined';
  return 'undefined';
}

import { createEvaluation } from '../../../src/spec/evaluate.ts';
import type { CyclicModule } from '../../../src/spec/module-record.ts';
import { createEarlyReset } from './early-reset.ts';
import { type Graph, isSuspended } from './graph.ts';

/** What ECMA-262 decides. */
export interface Outcome {
  /** In order: which module starts, and which have ended by then. */
  starts: string[];
  /** What became of the entries and of each `import()`, sorted; those whose promise stays pending are missing. */
  imports: string[];
}

export interface Prediction extends Outcome {
  modules: readonly CyclicModule[];
  /** What is known of V8: {@link createEarlyReset}. */
  isReset: boolean;
  /**
   * In Evaluate, step 3 goes to [[CycleRoot]] first; V8 looks first whether the module itself has an error (Module::Evaluate,
   * "In the event of errored evaluation, return a rejected promise"). Here the two have been thrown by different modules.
   */
  hasOtherError: boolean;
}

const startOf = (module: number, ended: Iterable<number>): string =>
  `${module} after ${[...ended].sort((a, b) => a - b).join(' ')}`;

/** What an engine did, by its log. */
export function outcomeOf(log: readonly string[]): Outcome {
  const starts: string[] = [];
  const imports: string[] = [];
  const ended = new Set<number>();
  for (const line of log) {
    const [what, number] = line.split(' ');
    const module = Number(number);
    if (what === 'start') starts.push(startOf(module, ended));
    else if (what === 'end' || what === 'throw') ended.add(module);
    else if (what === 'fulfilled' || what === 'rejected') imports.push(line);
  }
  return { starts, imports: imports.sort() };
}

/**
 * What is to happen. Of an engine's log this reads no more than what the host decides: when a graph was loaded and its
 * evaluation asked for, and when a body with a top-level await has ended.
 */
export function predict({ modules: bodies }: Graph, log: readonly string[]): Prediction {
  const starts: string[] = [];
  const ended = new Set<number>();
  const asked: CyclicModule[] = [];
  let started: CyclicModule[] = [];
  const evaluation = createEvaluation(bodies, { execute: begin, start: begin });
  const { modules } = evaluation;
  const reset = createEarlyReset(modules);
  for (const line of log) {
    const [what, number] = line.split(' ');
    const index = Number(number);
    const module = modules[index] as CyclicModule;
    started = [];
    if (what === 'evaluate') {
      asked.push(module);
      evaluation.evaluate(index);
    } else if ((what === 'end' || what === 'throw') && module.hasTLA) {
      ended.add(index);
      if (what === 'end') evaluation.fulfilled(index);
      else evaluation.rejected(index);
    }
    reset.step(started);
  }
  return {
    starts,
    imports: asked.flatMap(importOf).sort(),
    modules,
    isReset: reset.isSeen(),
    hasOtherError: asked.some(
      (module) =>
        module.evaluationError !== null && module.evaluationError !== rootOf(module).evaluationError,
    ),
  };

  function begin(index: number): boolean {
    const body = bodies[index];
    if (!body) throw new Error(`There is no module ${index}`);
    starts.push(startOf(index, ended));
    started.push(modules[index] as CyclicModule);
    if (!isSuspended(body)) ended.add(index);
    return !body.throws;
  }
}

const rootOf = (module: CyclicModule): CyclicModule => module.cycleRoot ?? module;

function importOf(module: CyclicModule): string[] {
  const { topLevelCapability, evaluationError } = rootOf(module);
  if (topLevelCapability === 'fulfilled') return [`fulfilled ${module.index}`];
  if (topLevelCapability === 'rejected') return [`rejected ${module.index} by ${evaluationError}`];
  return [];
}

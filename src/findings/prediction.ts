/**
 * What ECMA-262 prescribes for the modules of a build, given what the trace can't predict: in which sequence entries
 * and dynamic imports were asked for, which modules threw, and in which order those that wait went on.
 */
import type { Edges } from '../graph/edges.ts';
import type { Manifest } from '../protocol/manifest.ts';
import { createEvaluation, type Evaluation } from '../spec/evaluate.ts';
import type { CyclicModule } from '../spec/module-record.ts';
import { type Asked, createAsked } from './asked.ts';
import type { Run } from './run.ts';

/** Times are positions in the prescribed sequence of starts and ends. */
export interface Prediction {
  /** Modules in the order in which they start. */
  starts: readonly number[];
  /** By module: when it starts and ends, undefined where it doesn't. */
  startOf: readonly (number | undefined)[];
  endOf: readonly (number | undefined)[];
  /** By module: the one whose request led to it, undefined for the first of its graph. */
  callerOf: readonly (number | undefined)[];
  /** By module: whether it waits for modules that it requests. */
  waits: readonly (boolean | undefined)[];
  /** Requests that came to a module whose body runs only after them. */
  inProgress: readonly (readonly [module: number, required: number])[];
  /** Modules that started in the trace before anything asked for them. */
  unrequested: readonly number[];
  /** What was evaluated, in this sequence: entries and targets of dynamic imports. */
  roots: readonly number[];
  /** By index of a wrong read: whether the module that declares the binding had ended. */
  endedAtRead: readonly boolean[];
  /** [[Status]] and [[EvaluationError]] in the end. */
  modules: readonly CyclicModule[];
  /** Predictions that agree with the trace as well as this one: it doesn't say which entry was asked for. */
  others: readonly Prediction[];
}

/** Whether evaluating a module throws, by what has ended then. */
type Fails = (module: number, endOf: readonly (number | undefined)[]) => boolean;

/** The timeline of one evaluation, as its bodies run. */
function createTimeline(manifest: Manifest, requests: Edges, fails: Fails) {
  const starts: number[] = [];
  const startOf: (number | undefined)[] = [];
  const endOf: (number | undefined)[] = [];
  const callerOf: (number | undefined)[] = [];
  const waits: (boolean | undefined)[] = [];
  const inProgress: (readonly [number, number])[] = [];
  /** Modules that wait at an await of their own, in the order of their starts. */
  const pending: number[] = [];
  let time = 0;
  const start = (module: number, path: readonly number[]): void => {
    starts.push(module);
    startOf[module] = time++;
    follow(path);
  };
  /** The modules of a path below one whose caller is known are known too. */
  const follow = (path: readonly number[]): void => {
    for (let i = path.length - 1; i > 0; i--) {
      const module = path[i] as number;
      if (callerOf[module] !== undefined) return;
      callerOf[module] = path[i - 1];
    }
  };
  const evaluation: Evaluation = createEvaluation(
    manifest.modules.map(({ hasTLA = false }, index) => ({ requests: requests[index] ?? [], hasTLA })),
    {
      execute(module, path) {
        start(module, path);
        if (fails(module, endOf)) return false;
        endOf[module] = time++;
        return true;
      },
      start(module, path) {
        start(module, path);
        pending.push(module);
      },
      wait(module, path) {
        waits[module] = true;
        follow(path);
      },
      inProgress(module, required) {
        // Its cycle may be in progress while its own body has run.
        if (startOf[required] === undefined && !waits[required]) inProgress.push([module, required]);
      },
    },
  );
  return {
    evaluation,
    pending,
    timeline: { starts, startOf, endOf, callerOf, waits, inProgress, modules: evaluation.modules },
    /** The body of a module with a top-level await has come to its end, or has thrown. */
    settle(module: number): void {
      const at = pending.indexOf(module);
      if (at < 0) return;
      pending.splice(at, 1);
      if (fails(module, endOf)) evaluation.rejected(module);
      else {
        endOf[module] = time++;
        evaluation.fulfilled(module);
      }
    },
  };
}

/** Whether evaluating a module throws. A CommonJS module throws where it is required. */
export const hasThrown = ({ modules }: Manifest, run: Run, module: number): boolean =>
  run.errorOf[module] !== undefined && modules[module]?.phases !== 'required';

/** How often the trace is followed anew, each time with another entry asked for. */
const TRIED = 40;

/**
 * Follows the trace: what it asks for is evaluated when it is asked for, and what waits goes on when it went on.
 *
 * Where several entries may have been asked for, it is the one under which the most modules start where they should.
 */
export function predict(manifest: Manifest, run: Run, requests: Edges): Prediction {
  const asked = createAsked(manifest, run, requests);
  const chosen: number[] = [];
  let best = followed(chosen);
  let equal = [best];
  let tried = 0;
  for (let open = best.open[0]; open !== undefined; open = best.open[chosen.length]) {
    let picked = 0;
    // The first choice is what was followed already.
    for (let choice = 1; choice < open && tried < TRIED; choice++, tried++) {
      const other = followed(chosen.concat(choice));
      if (other.agreement < best.agreement) continue;
      if (other.agreement > best.agreement) {
        best = other;
        equal = [];
        picked = choice;
      }
      equal.push(other);
    }
    chosen.push(picked);
  }
  return {
    ...best.prediction,
    others: equal.filter((other) => other !== best).map(({ prediction }) => prediction),
  };

  function followed(choices: readonly number[]): Followed & { agreement: number } {
    const result = follow(manifest, run, requests, asked, choices);
    return { ...result, agreement: agreement(manifest, run, result.prediction) };
  }
}

/** How far the trace agrees, at best 0: each module counts that starts elsewhere, or in one of both only. */
function agreement({ modules }: Manifest, run: Run, { starts, startOf }: Prediction): number {
  const hasPhases = (module: number): boolean => modules[module]?.phases === true;
  const started = run.starts.filter(hasPhases);
  const expected = starts.filter(hasPhases);
  const actual = started.filter((module) => startOf[module] !== undefined);
  const prescribed = expected.filter((module) => run.startOf[module] !== undefined);
  const apart = actual.filter((module, at) => prescribed[at] !== module).length;
  // After an error in this build, what should start may not, unless others have started that come after it.
  const hasThrownAny = run.errorOf.some((seq) => seq !== undefined);
  const last = expected.indexOf(prescribed[prescribed.length - 1] ?? -1) + 1;
  const missing = (hasThrownAny ? last : expected.length) - prescribed.length;
  return actual.length - started.length - apart - missing;
}

interface Followed {
  prediction: Prediction;
  /** How many entries may have been asked for, at each place where the trace doesn't say which. */
  open: readonly number[];
}

/** @param chosen at each of these places, which of the entries it is: the first where it says nothing */
function follow(
  manifest: Manifest,
  run: Run,
  requests: Edges,
  asked: Asked,
  chosen: readonly number[],
): Followed {
  const hasSettled: boolean[] = [];
  const { evaluation, timeline, pending, settle } = createTimeline(manifest, requests, (module) =>
    hasThrown(manifest, run, module),
  );
  const { modules } = evaluation;
  const roots = new Set<number>();
  const unrequested: number[] = [];
  const endedAtRead: boolean[] = [];
  const open: number[] = [];

  for (const [at, { type, module }] of run.steps.entries()) {
    if (type === 'entry' || type === 'start') request(module, at);
    else if (type === 'imported') evaluate(module);
    else if (type === 'read') endedAtRead[module] = hasEnded(run.wrong[module]?.exporter);
    else if (type !== 'import') {
      hasSettled[module] = true;
      settle(module);
      settleAll();
    }
  }
  return {
    prediction: { ...timeline, roots: [...roots], unrequested, endedAtRead, others: [] },
    open,
  };

  function hasEnded(module: number | undefined): boolean {
    return module !== undefined && timeline.endOf[module] !== undefined;
  }

  function evaluate(root: number): void {
    roots.add(root);
    evaluation.evaluate(root);
    settleAll();
  }

  /** In the trace a body may end before the prescribed evaluation comes to it, or may never begin. */
  function settleAll(): void {
    for (let next = find(); next !== undefined; next = find()) settle(next);
    function find(): number | undefined {
      return pending.find((module) => hasSettled[module] || run.startOf[module] === undefined);
    }
  }

  /** A module has started: evaluates what must have asked for it. */
  function request(module: number, at: number): void {
    if (modules[module]?.status !== 'unlinked') return;
    const candidates = asked.at(at)?.filter((root) => !roots.has(root));
    if (!candidates) return;
    const isOpen = candidates.length > 1;
    const root = candidates[isOpen ? (chosen[open.length] ?? 0) : 0];
    if (isOpen) open.push(candidates.length);
    if (root === undefined) unrequested.push(module);
    else evaluate(root);
  }
}

/** The prescribed order for changed sources: the same roots in the same sequence, one after another. */
export function predictChanged(
  manifest: Manifest,
  requests: Edges,
  roots: readonly number[],
  fails: Fails,
): Pick<Prediction, 'startOf' | 'endOf'> {
  const { evaluation, timeline, pending, settle } = createTimeline(manifest, requests, fails);
  for (const root of roots) {
    evaluation.evaluate(root);
    for (let next = pending[0]; next !== undefined; next = pending[0]) settle(next);
  }
  return timeline;
}

/** The modules whose requests led to a module, the first of its graph first, itself last. */
export function stackOf({ callerOf }: Pick<Prediction, 'callerOf'>, module: number): number[] {
  const stack: number[] = [];
  for (let at: number | undefined = module; at !== undefined; at = callerOf[at]) stack.push(at);
  return stack.reverse();
}
